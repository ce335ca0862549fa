/** A plan in the making. Every folder looks for problems of its own whatever those to its left have found, for all of them are
 *  told at once: so there always is a plan, and it says whether it may be used. In: what each folder found. Out: the plan, or a
 *  ConfigError. */
import { type Problem, throwIfAny, type Warning } from "./problems";

/** With problems, `plan` is only as near as could be: good for the next folder's checks, and nothing is made of it. */
export interface Draft<Plan> {
  readonly plan: Plan;
  readonly problems: readonly Problem[];
  /** For the preview. */
  readonly warnings: readonly Warning[];
}

/** A plan that nobody has a problem with. */
export type Finished<Plan> = Omit<Draft<Plan>, "problems">;

/** The plan, for use.
 *  @throws ConfigError with all problems */
export function finish<Plan>({ plan, problems, warnings }: Draft<Plan>): Finished<Plan> {
  throwIfAny(problems);
  return { plan, warnings };
}
