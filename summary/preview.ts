/** The JSON of `pulumi preview --json --show-sames`, as far as a summary needs it. In: its text. Out: one step for each resource, or a
 *  UserError. Source: pulumi, sdk/go/common/display/json.go (PreviewDigest), pkg/backend/display/json.go (what it leaves out). */
import { z } from "zod";
import { UserError } from "../components/shared/problems";

/** What stands in the JSON for a value that is known only after something else was made (sdk/go/common/resource/plugin/rpc.go). */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export type Inputs = Readonly<Record<string, unknown>>;

export type Op = "same" | "create" | "update" | "replace" | "delete";

/** What happens to a resource. */
export interface Step {
  readonly op: Op;
  readonly urn: string;
  /** The last part of the URN. */
  readonly name: string;
  readonly type: string;
  readonly parent?: string | undefined;
  /** Absent for what is new. */
  readonly old?: Inputs | undefined;
  /** Absent for what goes. */
  readonly new?: Inputs | undefined;
}

export interface Preview {
  /** `project/stack`. */
  readonly stack: string;
  readonly steps: readonly Step[];
  /** Why the preview failed; empty: it did not. */
  readonly failures: readonly string[];
  /** Whether what stays the same is listed, too. */
  readonly isWhole: boolean;
}

const state = z.object({ parent: z.string().optional(), inputs: z.record(z.string(), z.unknown()).default({}) });
const digest = z.object({
  steps: z
    .array(z.object({ op: z.string(), urn: z.string(), oldState: state.optional(), newState: state.optional() }))
    .default([]),
  diagnostics: z.array(z.object({ severity: z.string().default("info"), message: z.string().default("") })).default([]),
  changeSummary: z.record(z.string(), z.number()).default({}),
});
type RawStep = z.output<typeof digest>["steps"][number];

const NO_PREVIEW = "this is not what pulumi preview --json --show-sames prints";
const STACK_TYPE = "pulumi:pulumi:Stack";
/** The other operations only look. */
const OPS: Readonly<Record<string, Op>> = {
  same: "same",
  create: "create",
  import: "create",
  update: "update",
  replace: "replace",
  "create-replacement": "replace",
  "import-replacement": "replace",
  "delete-replaced": "replace",
  delete: "delete",
};

/** @throws UserError for what is no JSON of a preview */
export function readPreview(text: string): Preview {
  const { steps, diagnostics, changeSummary } = parsed(text);
  const failures = diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message.trim());
  // The stack itself is always listed.
  if (steps.length === 0 && failures.length === 0) throw new UserError(NO_PREVIEW);
  const resources = steps.filter(({ urn }) => urnParts(urn).type !== STACK_TYPE);
  const [{ urn } = { urn: "" }] = steps;
  const { stack, project } = urnParts(urn);
  return {
    stack: `${project}/${stack}`,
    steps: oncePerResource(resources.flatMap(step)),
    failures,
    isWhole: !changeSummary.same || steps.some(({ op, urn }) => op === "same" && urnParts(urn).type !== STACK_TYPE),
  };
}

/** The parts of a URN (urn:pulumi:stack::project::outer$type::name). */
export function urnParts(urn: string): { stack: string; project: string; type: string; name: string } {
  const [stack = "", project = "", types = "", ...name] = urn.replace(/^urn:pulumi:/, "").split("::");
  return { stack, project, type: types.slice(types.lastIndexOf("$") + 1), name: name.join("::") };
}

function parsed(text: string): z.output<typeof digest> {
  try {
    return digest.parse(JSON.parse(text));
  } catch {
    throw new UserError(NO_PREVIEW);
  }
}

function step({ op: raw, urn, oldState, newState }: RawStep): Step[] {
  const op = OPS[raw];
  if (op === undefined) return [];
  const { name, type } = urnParts(urn);
  const old = op === "create" ? undefined : (oldState ?? newState)?.inputs;
  const now = op === "delete" ? undefined : (newState ?? oldState)?.inputs;
  return [{ op, urn, name, type, parent: newState?.parent ?? oldState?.parent, old, new: now }];
}

/** With --show-replacement-steps a replacement is three steps. The first has both states. */
function oncePerResource(steps: readonly Step[]): Step[] {
  const isReplacement = ({ op }: Step) => op === "replace";
  const whole = (urn: string) =>
    steps.find((one) => isReplacement(one) && one.urn === urn && one.old !== undefined && one.new !== undefined);
  return steps.filter((one, index) => {
    if (!isReplacement(one)) return true;
    const chosen = whole(one.urn);
    return chosen === undefined ? steps.findIndex((other) => other.urn === one.urn) === index : chosen === one;
  });
}
