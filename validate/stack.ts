/** What can be told of a stack from its file and the files that it names. In: the text of `Pulumi.<stack>.yaml`. Out: its models, what
 *  is wrong, what to know, and what each model was asked for. */
import type * as pulumi from "@pulumi/pulumi";
import { ConfigError, type Problem, type Warning } from "../components/shared/problems";
import type { Program } from "../components/shared/program";
import { planStack } from "../components/stack/planStack";
import { readStack } from "../components/stack/readStack";
import { openStackFile } from "../components/stack/stackFile";

/** By the model's key, as ConfiguredService.intent. */
export type Intents = Readonly<Record<string, pulumi.Inputs>>;

export interface Verdict {
  /** In alphabetical order. */
  readonly models: readonly string[];
  readonly problems: readonly Problem[];
  /** Only where there is no problem. */
  readonly warnings: readonly Warning[];
}

/** @throws UserError where that is no stack file */
export function judge(text: string, file: string, stack: string, projectFolder: string): Verdict {
  const program = openStackFile(text, file, stack, projectFolder);
  const models = Object.keys(readStack().services).sort();
  return { models, ...findings(program) };
}

/** @throws UserError where that is no stack file */
export function intentsOf(text: string, file: string, stack: string, projectFolder: string): Intents {
  openStackFile(text, file, stack, projectFolder);
  return Object.fromEntries(Object.entries(readStack().services).map(([key, { intent }]) => [key, intent]));
}

function findings(program: Program): Omit<Verdict, "models"> {
  try {
    const { services } = planStack(program, { kubeconfig: false });
    return { problems: [], warnings: Object.values(services).flatMap(({ warnings }) => warnings) };
  } catch (problem) {
    if (!(problem instanceof ConfigError)) throw problem;
    return { problems: problem.problems, warnings: [] };
  }
}
