/** The export stage's environment as an image of its own: the stage `env` of the model image's Dockerfile (torch, transformers,
 *  onnxruntime), the same layers that every model build starts from. Trains the sandbox's classifier, and with the
 *  stage `dev` on top runs the exporter's tests. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeContext } from "../components/image/buildContext";
import { TORCH_CPU_INDEX } from "../components/image/modelImage";
import { exportEnvironmentFiles } from "../components/image/packageFolders";
import type { Environment } from "./environment";

/** Builds the stage and returns its tag; seconds when the layers are cached, about 6 minutes when not (6 GB of torch). */
export async function exporterImage(
  environment: Environment,
  project: string,
  stage: "env" | "dev",
  update: (detail: string) => void,
): Promise<string> {
  const tag = `triton-bert-exporter-${stage}:local`;
  const context = await mkdtemp(join(tmpdir(), "triton-bert-env-"));
  try {
    // Written as the real contexts are: another mode would be another layer, and the environment be installed twice.
    writeContext(context, new Map([...exportEnvironmentFiles(project), ["certificates/ca.crt", { content: "" }]]));
    const dockerfile = join(project, "images", "model", "Dockerfile");
    const args = {
      BASE_IMAGE: environment.baseImage,
      PACKAGE_INDEX: "",
      TORCH_INDEX: environment.torchCpuWheels ? TORCH_CPU_INDEX : "",
    };
    const buildArgs = Object.entries(args).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]);
    await environment.docker(
      ["build", "--progress=plain", "--target", stage, "-t", tag, "-f", dockerfile, ...buildArgs, context],
      { onLine: update },
    );
    return tag;
  } finally {
    await rm(context, { recursive: true });
  }
}
