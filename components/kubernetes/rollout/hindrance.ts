/** One thing that keeps pods from starting, and how the cluster is asked for such. */
import { type Answer, refusalText } from "../apiClient";

export interface Hindrance {
  /** The same for as long as the same stands in the way. */
  readonly key: string;
  /** The cluster's words, without a remedy. */
  readonly said: string;
  /** Empty where only the cluster's words help. */
  readonly remedy: string;
}

/** As one line for a person. */
export const hindranceText = ({ said, remedy }: Hindrance): string => (remedy === "" ? said : `${said}; ${remedy}`);

/** Asking again would not help. */
export class Unreadable extends Error {}

/** What the cluster has answered.
 *  @throws Unreadable where it does not let us see it; another Error where it does not answer */
export function read(what: string, answer: Answer): unknown {
  const { status, body } = answer;
  if (status === 200) return body;
  const said = refusalText(what, answer);
  throw status === 401 || status === 403 ? new Unreadable(said) : new Error(said);
}
