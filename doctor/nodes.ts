/** Nodes and their GPUs: which can take a pod, what the device plugin offers, and which driver they have. In: the API server, asked by
 *  GETs alone, and the services. Out: lines. Labels are GPU Feature Discovery's (NVIDIA/k8s-device-plugin, docs/gpu-feature-discovery). */
import { type Get, refusalText } from "../components/kubernetes/apiClient";
import { podTemplate } from "../components/kubernetes/pod";
import { stated } from "../components/server/compatibility";
import { extendedResource } from "../components/server/device";
import { releases } from "../components/server/facts";
import { bad, type Line, ok, warn } from "./line";
import type { Patient } from "./stack";
import { free, type Node, nodeList, type Pods, podList, podSpec, suited } from "./suited";

const RUNNING = "fieldSelector=status.phase!=Succeeded,status.phase!=Failed";
const DRIVER_LABELS = ["nvidia.com/cuda.driver-version.major", "nvidia.com/cuda.driver.major"];

export async function nodeLines(get: Get, patients: readonly Patient[]): Promise<Line[]> {
  const [nodesAnswer, podsAnswer] = await Promise.all([get("/api/v1/nodes"), get(`/api/v1/pods?${RUNNING}`)]);
  if (nodesAnswer.status !== 200) return [warn("nodes", `can't be told: ${refusalText("nodes", nodesAnswer)}`)];
  const nodes = nodeList.parse(nodesAnswer.body).items;
  // Without them a node's room is its size.
  const pods = podsAnswer.status === 200 ? podList.parse(podsAnswer.body).items : [];
  const unseen = podsAnswer.status === 200 ? [] : [warn("nodes", `as if empty: ${refusalText("pods", podsAnswer)}`)];
  return [
    ...unseen,
    ...alike(patients, (patient) => roomLine(patient, nodes, pods)),
    ...alike(patients, (patient) => deviceLine(patient, nodes, pods)),
    ...alike(patients, (patient) => driverLine(patient, nodes)),
    ...(await claimLines(get, patients)),
  ];
}

/** What is the same of several models is said once, with their names. */
function alike(patients: readonly Patient[], say: (patient: Patient) => Line | undefined): Line[] {
  const keys = new Map<string, { line: Line; keys: string[] }>();
  for (const patient of patients) {
    const line = say(patient);
    if (line === undefined) continue;
    const text = JSON.stringify(line);
    keys.set(text, { line, keys: [...(keys.get(text)?.keys ?? []), patient.key] });
  }
  return [...keys.values()].map(({ line, keys: of }) => ({ ...line, said: `${of.join(", ")}: ${line.said}` }));
}

function roomLine({ plan }: Patient, nodes: readonly Node[], pods: Pods): Line {
  const pod = podSpec.parse(podTemplate({ ...plan.objects.pod, image: "" }).spec);
  const { fitting, lacking } = suited(pod, nodes, pods);
  const others = [...lacking].map(([lack, count]) => `${count} ${lack}`).join(", ");
  const said = `${fitting.length} of ${nodes.length} nodes can take a pod now${others && `; ${others}`}`;
  // An autoscaler of nodes may bring one that can.
  return fitting.length === 0 ? warn("nodes", said) : ok("nodes", said);
}

function deviceLine({ spec: { gpu } }: Patient, nodes: readonly Node[], pods: Pods): Line | undefined {
  const resource = gpu && extendedResource(gpu);
  if (resource === undefined) return undefined;
  const offering = nodes.filter(({ status }) => Number(status.allocatable[resource] ?? 0) > 0);
  if (offering.length === 0)
    return warn(
      "device plugin",
      `no node offers ${resource}; are its driver and device plugin running, or are there no such nodes yet?`,
    );
  const all = offering.reduce((sum, { status }) => sum + Number(status.allocatable[resource]), 0);
  const left = offering.reduce((sum, node) => sum + free(node, resource, pods), 0);
  return ok("device plugin", `${all} ${resource} on ${offering.length} nodes, ${left} free`);
}

function driverLine({ spec: { gpu }, server }: Patient, nodes: readonly Node[]): Line | undefined {
  if (gpu === undefined) return undefined;
  const drivers = nodes.flatMap(({ metadata: { labels } }) => {
    const major = DRIVER_LABELS.map((label) => labels[label]).find((value) => value !== undefined);
    const product = labels["nvidia.com/gpu.product"] ?? "a GPU";
    const wanted = gpu.products.length === 0 || gpu.products.includes(product);
    return major === undefined || !wanted ? [] : [{ major, product }];
  });
  if (drivers.length === 0) return warn("drivers", "no node says; GPU Feature Discovery would label them");
  const release = releases.find(({ container }) => container === server.choice.release);
  const least = release === undefined ? undefined : Number(stated(release, "cuda_major_min_driver").value);
  const seen = [...new Set(drivers.map(({ major, product }) => `${major} (${product})`))].sort().join(", ");
  if (least !== undefined && drivers.some(({ major }) => Number(major) < least))
    return bad("drivers", `${seen}; Triton ${release?.container} needs ${least} or later`);
  const [branch] = gpu.driver?.split(".") ?? [];
  const other = branch !== undefined && drivers.some(({ major }) => major !== branch);
  return other ? warn("drivers", `${seen}; gpu.driver says ${gpu.driver}`) : ok("drivers", seen);
}

/** By claims GPUs are counted by nobody but the scheduler. */
async function claimLines(get: Get, patients: readonly Patient[]): Promise<Line[]> {
  const claiming = patients.filter(({ spec }) => spec.gpu?.claimTemplate !== undefined);
  return Promise.all(
    claiming.map(async ({ key, spec, plan }) => {
      const { namespace } = plan.objects.site;
      const name = spec.gpu?.claimTemplate;
      const group = "/apis/resource.k8s.io/v1";
      const { status, body } = await get(`${group}/namespaces/${namespace}/resourceclaimtemplates/${name}`);
      const of = "claims";
      if (status === 200) return ok(of, `${key}: there is the ResourceClaimTemplate ${name}`);
      const known = (await get(group)).status === 200;
      if (!known) return bad(of, `${key}: the cluster has no resource.k8s.io/v1, which Kubernetes 1.34 brings`);
      return bad(of, `${key}: ${refusalText(`the ResourceClaimTemplate ${name}`, { status, body })}`);
    }),
  );
}
