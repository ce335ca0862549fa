/** What a pod says of its model, and the option that each of it comes from. In: the pods. Out: rows; they have the values that nobody
 *  wrote, defaults, and are there where the options are not recorded. */
import type { Path } from "../components/shared/paths";
import type { Pods } from "./pods";

export interface Fact {
  /** As a reviewer calls it. */
  readonly called: string;
  readonly option: Path;
  /** Says the same as the option, with its default; otherwise it is a digest of what stands under it. */
  readonly isExact: boolean;
  readonly value: string | undefined;
}

const GIB = 1024 ** 3;

export function factsOf(pods: Pods): Fact[] {
  const { annotations, cpu, memory } = pods;
  const said = (name: string, called: string, option: Path, isExact: boolean): Fact => ({
    called,
    option,
    isExact,
    value: annotations[`triton-bert/${name}`],
  });
  const exact = (called: string, option: Path, value: string): Fact => ({ called, option, isExact: true, value });
  return [
    said("model", "model", ["model"], false),
    said("tokenizer", "tokenizer", ["tokenizer"], false),
    said("precision", "precision", ["precision"], true),
    said("max-batch-size", "max batch", ["serving", "maxBatchSize"], true),
    said("server", "server", ["server"], false),
    exact("replicas", ["replicas"], range(pods.least, pods.most)),
    exact("CPU of a pod", ["resources", "cpu"], coresText(cpu)),
    exact("memory of a pod", ["resources", "memory"], gibibytesText(memory)),
    exact("GPUs of a pod", ["gpu", "count"], gpusText(pods.gpus)),
  ];
}

export const range = (least: number, most: number): string => (least === most ? `${least}` : `${least} to ${most}`);

export const coresText = (cores: number): string => `${rounded(cores, 3)}`;

export const gibibytesText = (bytes: number): string => `${rounded(bytes / GIB, 2)} GiB`;

/** `nvidia.com/gpu 2`, or none. */
export function gpusText(gpus: Readonly<Record<string, number>>): string {
  const present = Object.entries(gpus).filter(([, count]) => count > 0);
  return present.length === 0 ? "none" : present.map(([name, count]) => `${name} ${count}`).join(", ");
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));
