/** What the user wrote for one service, as the engine is to remember it, so that the preview's own diff says what was meant:
 *  `serving.maxLength: 512 => 128`. It is what was written, not what was read of it: an option that is new to the schema is in it
 *  by itself, and another default of this package is no change of the user's. In: the args. Out: the component's inputs. */
import type * as pulumi from "@pulumi/pulumi";
import { canonicalJson } from "../shared/canonicalJson";
import { isLater } from "../shared/reachingInput";
import { isMap } from "./schemaWalk";

/** Stands for a value that comes from another resource, or is a secret; printed as Pulumi prints `[secret]`. */
const LATER = "[output]";

/** The inputs of a service with these args. Of an Output nothing is recorded but that there is one: not known in a preview, it
 *  would be an update in each, and the service with all its children would wait for it; as a secret it would hide what stands
 *  beside it or, taken out, lie in the state in plain. Its value shows where it ends, on the child. It keeps its place, so that
 *  it may come and go in sight, and a list its order.
 *
 *  `credentials` are not recorded: a rotation is to move nothing. Nor is `renamedFrom`: it is the resource's own name. */
export function intentOf(args: object): pulumi.Inputs {
  const { credentials: _secret, renamedFrom: _name, ...said } = args as Record<string, unknown>;
  return JSON.parse(canonicalJson(known(said))) as pulumi.Inputs;
}

function known(value: unknown): unknown {
  if (isLater(value)) return LATER;
  if (Array.isArray(value)) return value.map(known);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, known(inner)]));
}
