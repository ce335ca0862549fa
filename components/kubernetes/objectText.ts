/** Texts that the API server takes only in a form of their own. In: text of the config. Out: schemas that take what it takes, so that
 *  nothing is refused half way through an `up`. Sources: Kubernetes, "Labels and Selectors", "Annotations" and "Object Names and
 *  IDs". */
import { z } from "zod";
import { selectorLabels } from "../shared/names";

const NAME = /^[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/;
/** Of "Object Names and IDs" a DNS subdomain. */
const DOMAIN = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const KEY = "must be name or domain/name";
const KEY_REMEDY =
  "write it such as example.com/team: before / a domain in lower case, behind it at most 63 letters, digits, - _ or .";

/** Annotations by which objects are told apart from another stack's. */
const OWN_ANNOTATIONS = ["triton-bert/stack", "pulumi.com/patchFieldManager"];

/** The key of a label or an annotation, and of a taint. */
export const qualifiedName = z
  .string()
  .refine(isQualifiedName, { error: KEY, abort: true })
  .meta({ remedy: KEY_REMEDY });

export const namespaceName = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, "must be a DNS label: lower-case letters, digits and -")
  .meta({ remedy: "write it such as triton-bert: a letter or digit first and last, at most 63 characters" });

/** The name of an object that is there already: a PriorityClass, a Gateway, one of its listeners. */
export const objectName = z
  .string()
  .regex(DOMAIN, "must be the name of an object")
  .meta({ remedy: "use lower-case letters, digits, - and ., the first and last a letter or digit" });

/** The value of a label, and of a taint; it may be empty. */
export const labelValue = z
  .string()
  .regex(/^([A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?)?$/, "must be the value of a label")
  .meta({ remedy: "use at most 63 letters, digits, - _ or ., the first and last a letter or digit" });

/** Labels that are matched, whoever has set them. */
export const labelsOf = () => z.record(qualifiedName, labelValue).meta({ remedy: KEY_REMEDY });

/** Labels of an object that has others of ours. */
export const addedLabels = () =>
  z.record(foreign(Object.keys(selectorLabels(""))), labelValue).meta({ remedy: KEY_REMEDY });

/** Annotations of an object that has others of ours, each of the schema `value`. */
export const addedAnnotations = <Value extends z.ZodType>(value: Value) =>
  z.record(foreign(OWN_ANNOTATIONS), value).meta({ remedy: KEY_REMEDY });

/** A key that is not one of ours. */
const foreign = (own: readonly string[]) =>
  qualifiedName.superRefine((key, context) => {
    if (!own.includes(key)) return;
    const params = { remedy: "leave it out, or choose another key" };
    context.addIssue({ code: "custom", message: "is what this package tells its own objects by", params });
  });

function isQualifiedName(text: string): boolean {
  const parts = text.split("/");
  const [domain, name = ""] = parts.length === 1 ? [undefined, parts[0]] : parts;
  return parts.length <= 2 && NAME.test(name) && (domain === undefined || DOMAIN.test(domain));
}
