/** What a deploy needs from the machine, whoever provides it: the embedded sandbox, or what the user already has. */
import type { RunOptions } from "./shell";

export interface Environment {
  /** The pulumi executable. */
  readonly pulumi: string;
  /** Environment of pulumi, docker and kubectl. */
  readonly env: NodeJS.ProcessEnv;
  /** Folder for the stack's config file, outside the checkout. */
  readonly stackFolder: string;
  /** Base image of the export stage. */
  readonly baseImage: string;
  /** Whether torch's CPU wheels may be taken from the PyTorch project's own index. */
  readonly torchCpuWheels: boolean;
  /** The command that takes down what `npm start` deployed. */
  readonly stop: string;
  /** Makes the committed stack file fit: own context, own registry. */
  config(committed: string): string;
  docker(args: readonly string[], options?: RunOptions): Promise<string>;
  kubectl(args: readonly string[], options?: RunOptions): Promise<string>;
  /** Makes a Service's HTTP port reachable from this machine while `use` runs, and says how the user reaches it later. */
  reach<T>(service: ServicePlace, use: (url: string, hint: string | undefined) => Promise<T>): Promise<T>;
}

export interface ServicePlace {
  readonly namespace: string;
  readonly name: string;
}
