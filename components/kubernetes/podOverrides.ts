/** `podOverrides`: a strategic merge patch onto the pod template, as data, so that YAML can override what has no option.
 *  In: the template and the patch. Out: a new template; lists of named things (containers, volumes, env, …) merge by
 *  their key, other lists are replaced, null removes. Source: Kubernetes' strategic merge patch; keys from its API types. */
import { didYouMean } from "../shared/didYouMean";
import { CONTAINER, GATEWAY_CONTAINER, selectorLabels } from "../shared/names";
import { type Path, text } from "../shared/paths";
import type { Problem } from "../shared/problems";
import { type Fields, fieldProblems, isFields, MERGE_KEYS, TEMPLATE } from "./podFields";

/** Lists whose items need an image, and the names of those that the template has. */
const IMAGES: Readonly<Record<string, readonly string[]>> = {
  containers: [CONTAINER, GATEWAY_CONTAINER],
  initContainers: [],
};

const PARTS = ["metadata", "spec"];

const AT = ["podOverrides"];

/** `base` with `patch` merged in; neither is changed. */
export function strategicMerge(base: Fields, patch: Fields): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...base };
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) delete merged[field];
    else merged[field] = mergeValue(field, merged[field], value);
  }
  return merged;
}

/** What is wrong with the patch of a model whose pods the labels of `object` select. */
export function podOverridesProblems(overrides: Fields | undefined, object: string): Problem[] {
  if (overrides === undefined) return [];
  return [
    ...Object.keys(overrides)
      .filter((field) => !PARTS.includes(field))
      .map((field) => {
        const nearest = didYouMean(field, PARTS);
        const remedy = nearest
          ? `did you mean "${nearest}"?`
          : text`move it into ${[...AT, "spec"]} or ${[...AT, "metadata"]}`;
        return { path: [...AT, field], because: "a pod template has only metadata and spec", remedy };
      }),
    ...shapeProblems(overrides),
    ...selectorProblems(overrides, object),
    ...namelessProblems(overrides, AT),
    ...imagelessProblems(overrides),
    ...commandProblems(overrides),
  ];
}

function mergeValue(field: string, base: unknown, patch: unknown): unknown {
  const key = MERGE_KEYS[field];
  if (Array.isArray(patch) && key !== undefined) return mergeList(Array.isArray(base) ? base : [], patch, key);
  if (isFields(patch)) return strategicMerge(isFields(base) ? base : {}, patch);
  return patch;
}

/** Keeps the base's order, appends new items, and takes out those marked `$patch: delete`. */
function mergeList(base: readonly unknown[], patch: readonly unknown[], key: string): unknown[] {
  const merged = [...base];
  for (const item of patch) {
    const index = merged.findIndex((other) => isFields(item) && isFields(other) && other[key] === item[key]);
    const found = merged[index];
    if (isFields(item) && item.$patch === "delete") {
      if (index >= 0) merged.splice(index, 1);
    } else if (isFields(item) && isFields(found)) merged[index] = strategicMerge(found, item);
    else merged.push(isFields(item) ? strategicMerge({}, item) : item);
  }
  return merged;
}

/** What can't be merged, would be dropped, or would be refused by the API server. */
const shapeProblems = (overrides: Fields): Problem[] => [
  ...PARTS.filter((part) => overrides[part] === null).map((part) => absent([...AT, part], "must be a map")),
  ...fieldProblems(partsOf(overrides), AT, TEMPLATE, "pod"),
  ...(isFields(overrides.spec) && overrides.spec.containers === null
    ? [absent([...AT, "spec", "containers"], "a pod needs its containers")]
    : []),
];

/** Without what is told as a misspelt part. */
const partsOf = (overrides: Fields): Fields =>
  Object.fromEntries(Object.entries(overrides).filter(([field]) => PARTS.includes(field)));

const absent = (path: Path, because: string): Problem => ({ path, because, remedy: "leave it out" });

/** Pods without the selector's labels would belong to no Deployment. */
function selectorProblems({ metadata }: Fields, object: string): Problem[] {
  const labels = isFields(metadata) && isFields(metadata.labels) ? metadata.labels : {};
  return Object.entries(selectorLabels(object))
    .filter(([label, value]) => label in labels && labels[label] !== value)
    .map(([label]) => ({
      path: [...AT, "metadata", "labels", label],
      got: labels[label],
      because: "the Deployment finds its pods by this label",
      remedy: "leave it out",
    }));
}

/** An item without its key would be appended and then refused by the API server, far from its cause. */
function namelessProblems(value: Fields, at: Path): Problem[] {
  return Object.entries(value).flatMap(([field, inner]) => {
    const key = MERGE_KEYS[field];
    if (Array.isArray(inner) && key !== undefined)
      return inner.flatMap((item, index) => {
        const place = [...at, field, index];
        if (!isFields(item)) return [];
        if (item[key] !== undefined) return namelessProblems(item, place);
        return [{ path: place, because: `items of ${field} merge by their ${key}`, remedy: `give it a ${key}` }];
      });
    return isFields(inner) ? namelessProblems(inner, [...at, field]) : [];
  });
}

/** A container with a new name is a second container, and the API server refuses one without an image: most likely the name
 *  is misspelt. */
function imagelessProblems({ spec }: Fields): Problem[] {
  return Object.entries(IMAGES).flatMap(([field, known]) => {
    return itemsOf(spec, field).flatMap((item, index) => {
      if (!isFields(item) || typeof item.name !== "string" || known.includes(item.name)) return [];
      if (item.$patch === "delete" || (item.image !== undefined && item.image !== null)) return [];
      const nearest = didYouMean(item.name, known);
      const there = known.length === 0 ? "" : `, or name it ${known.map((name) => `"${name}"`).join(" or ")}`;
      return [
        {
          path: [...AT, "spec", field, index, "name"],
          got: item.name,
          because: "the pod has no container of this name, and a new one needs an image",
          remedy: nearest === undefined ? `give it an image${there}` : `did you mean "${nearest}"?`,
        },
      ];
    });
  });
}

/** Without the watch nobody would answer the probes, and the pod would never be ready. */
function commandProblems({ spec }: Fields): Problem[] {
  return itemsOf(spec, "containers").flatMap((item, index) => {
    if (!isFields(item) || item.name !== CONTAINER || !("command" in item)) return [];
    if (PROBES.every((probe) => probe in item)) return [];
    return [
      {
        path: [...AT, "spec", "containers", index, "command"],
        because: "the container's command is the watch, which starts Triton and answers the kubelet",
        remedy: `leave it out (args are Triton's own), or set ${PROBES.join(" and ")} as well`,
      },
    ];
  });
}

/** Those that the watch answers. */
const PROBES = ["readinessProbe", "livenessProbe"];

function itemsOf(spec: unknown, field: string): readonly unknown[] {
  return isFields(spec) && Array.isArray(spec[field]) ? spec[field] : [];
}
