/** Where the options of a service stand in the stack's config: under its model, under `defaults`, or once for the stack. In:
 *  what the user wrote. Out: from a path among the args of a service to the one that the user finds it at. */
import { modelOptions } from "../options/modelOptions";
import { CONFIG_NAMESPACE, stackOnlyOptions } from "../options/stackOptions";
import { type Locate, pathText } from "../shared/paths";
import type { Problem } from "../shared/problems";
import { isOfDefaults } from "./defaults";

/** The path of a key of the stack and what is inside it. */
export const inStack: Locate = ([key = "", ...rest]) => [`${CONFIG_NAMESPACE}:${String(key)}`, ...rest];

/** Of the model `key`, which says `own`: what only `defaults` says is shown there, anything else in the model. */
export function inService(key: string, own: unknown, defaults: unknown): Locate {
  return (path) => {
    if (Object.hasOwn(stackOnlyOptions.shape, path[0] ?? "")) return inStack(path);
    return isOfDefaults(modelOptions, defaults, own ?? {}, path)
      ? inStack(["defaults", ...path])
      : inStack(["models", key, ...path]);
  };
}

/** What stands in `defaults` is found wrong through each model that takes it: the first that tells it tells it for all. */
export function onceEach(problems: readonly Problem[]): Problem[] {
  const places = problems.map(({ path }) => pathText(path));
  const [ofDefaults = ""] = inStack(["defaults"]);
  return problems.filter(({ path }, index) => path[0] !== ofDefaults || places.indexOf(places[index] ?? "") === index);
}
