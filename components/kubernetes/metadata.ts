/** Name, labels and annotations of every object. In: whose objects they are and where they go. Out: `metadata`.
 *
 *  Two stacks that make the same object in one namespace must not take it from each other. A provider that creates with
 *  server-side apply adopts whatever it finds, unless a field conflicts: so each object says which stack it belongs to,
 *  and each stack applies under a field manager of its own; the second stack's value then conflicts with the first's, and
 *  its `up` fails. The manager is the same on every machine and in every run: after a killed `up`, the next one
 *  takes its own objects up again instead of conflicting with a random manager that nobody remembers. */
import { shortHash } from "../shared/canonicalJson";
import { type ObjectNames, selectorLabels } from "../shared/names";

/** Whose objects, and where. */
export interface KubernetesSite {
  readonly names: ObjectNames;
  readonly namespace: string;
  /** `<organization>/<project>/<stack>`. */
  readonly stack: string;
}

/** `metadata` of a Kubernetes object. */
export interface Metadata {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
}

interface MetadataOptions {
  readonly name?: string;
  /** Besides those that say whose object it is. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The metadata of the object `name`, the model's own name if nothing is said. */
export function metadata(
  { names, namespace, stack }: KubernetesSite,
  { name = names.object, labels = {}, annotations = {} }: MetadataOptions = {},
): Metadata {
  return {
    name,
    namespace,
    labels: { ...selectorLabels(names.object), ...labels },
    annotations: {
      "triton-bert/stack": stack,
      "pulumi.com/patchFieldManager": `triton-bert-${shortHash(stack)}`,
      ...annotations,
    },
  };
}
