/** Options of the server that contradict each other. In: what could be read of them; what could not, or is not said, blames
 *  nothing. Out: problems. Pure: facts are asked by the plan. */
import { wrongChoice } from "../shared/exactlyOneOf";
import { text } from "../shared/paths";
import type { Problem } from "../shared/problems";
import { isMigSlice, isShared } from "./device";
import { limitProblems } from "./limits";
import { GPU_NAMES } from "./options";
import { choosePipeline, fusedObstacle } from "./pipeline";
import type { ServerSpec } from "./spec";

type Said = Partial<ServerSpec>;

export function serverProblems(said: Said): Problem[] {
  return [
    ...gpuProblems(said),
    ...pipelineProblems(said),
    ...(said.serving && said.rollout ? limitProblems(said.serving, said.rollout) : []),
  ];
}

function gpuProblems({ gpu }: Said): Problem[] {
  if (!gpu) return [];
  const said = Object.fromEntries(GPU_NAMES.map((name) => [name, gpu[name]]));
  const wrong = wrongChoice(GPU_NAMES, said, []);
  if (wrong) return [{ path: ["gpu"], ...wrong }];
  const problems: Problem[] = [];
  if (gpu.spare > 0 && gpu.spare < gpu.count) {
    const because = `a pod takes ${gpu.count} GPUs, so a rollout could not use fewer`;
    problems.push({
      path: ["gpu", "spare"],
      got: gpu.spare,
      because,
      remedy: `set it to 0, or to ${gpu.count} or more`,
    });
  }
  if (gpu.claimTemplate !== undefined && gpu.resource !== undefined) {
    const because = text`${["gpu", "claimTemplate"]} gives the pods their GPUs, and this would give them others`;
    const remedy = "leave one of them out; where defaults say it, set it to null";
    problems.push({ path: ["gpu", "resource"], got: gpu.resource, because, remedy });
  }
  const undivided = isMigSlice(gpu)
    ? "a process sees one MIG slice, however many its pod has"
    : isShared(gpu)
      ? "more turns on a shared GPU are no more of it"
      : undefined;
  if (undivided !== undefined && gpu.count > 1)
    problems.push({
      path: ["gpu", "count"],
      got: gpu.count,
      because: undivided,
      remedy: "set it to 1, and run more replicas",
    });
  return problems;
}

/** What a pipeline cannot be joined with. */
function pipelineProblems({ serving, server, gpu, precision }: Said): Problem[] {
  if (!serving || !server) return [];
  const { pipeline, inProcess } = choosePipeline({ server, gpu, serving });
  const problems: Problem[] = [];
  const because = pipeline === "fused" ? fusedObstacle({ server }) : undefined;
  if (because !== undefined) {
    const remedy = "leave it out, or set a later release";
    problems.push({ path: ["serving", "pipeline"], got: pipeline, because, remedy });
  }
  if (inProcess && serving.instances > 1) {
    const because = "the fused pipeline is here one process that uses all cores";
    const remedy = "leave it out, or set serving.pipeline to ensemble";
    problems.push({ path: ["serving", "instances"], got: serving.instances, because, remedy });
  }
  if (serving.runCosts && pipeline !== "fused") {
    const because = "only the fused pipeline takes them, and this model has the ensemble";
    const remedy = "leave it out, or set serving.pipeline to fused";
    problems.push({ path: ["serving", "runCosts"], because, remedy });
  }
  if (precision === "int8" && !inProcess) {
    const because = "only the fused pipeline on a CPU has an int8 graph, and not with Triton before 24.06";
    const remedy = "set it to fp32, or leave gpu, serving.pipeline and serving.instances out";
    problems.push({ path: ["precision"], got: precision, because, remedy });
  }
  return problems;
}
