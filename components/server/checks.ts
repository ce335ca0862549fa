/** Options of the server that contradict each other. In: what could be read of them; what could not, or is not said, blames
 *  nothing. Out: problems. Pure: facts are asked by the plan. */
import type { Problem } from "../shared/problems";
import { limitProblems } from "./limits";
import { choosePipeline } from "./pipeline";
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
  if (!gpu || gpu.spare === 0 || gpu.spare >= gpu.count) return [];
  const because = `a pod takes ${gpu.count} GPUs, so a rollout could not use fewer`;
  return [{ path: ["gpu", "spare"], got: gpu.spare, because, remedy: `set it to 0, or to ${gpu.count} or more` }];
}

/** What a pipeline cannot be joined with. */
function pipelineProblems({ serving, server, precision }: Said): Problem[] {
  if (!serving || !server) return [];
  const { pipeline, inProcess } = choosePipeline({ server, serving });
  const problems: Problem[] = [];
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
    const because = "only the fused pipeline of server.pypi has an int8 graph";
    const remedy = "set it to fp32, or server to { pypi: {} } and serving.pipeline to fused";
    problems.push({ path: ["precision"], got: precision, because, remedy });
  }
  return problems;
}
