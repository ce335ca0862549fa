/** Writes docs/support-matrix.md. In: the facts. Out: the file's text. */
import { bulletinsOf, minSecure } from "../compatibility";
import { bulletins, gpus, type Release, releases } from "../facts";
import { LATE_ANSWERS_SINCE } from "../pipeline";
import { cardOf } from "../supportMatrix";
import { leastDriver, newestFor } from "./verdicts";

/** Older ones can't be chosen. */
const FIRST_SHOWN = "24.01";

export function supportMatrixPage(): string {
  return `# Support matrix

Generated from \`components/server/facts\` by \`npm run generate\`; do not edit. It decides which release of NVIDIA's Triton a model with
\`server: { ngc: {} }\` gets: the newest that is secure and runs on the GPU and driver that \`gpu\` names. A release that the config names is
judged by the same facts, when the stack is previewed: taken, taken with a warning where the answer rests on something that no source
states, or refused with the reason, its source, and the nearest release that works.

\`npm run matrix -- --gpu l4 --driver 535\` prints every release's verdict for one GPU; \`--compute-capability 8.9\` does for a GPU that is not
below, and without either it is the CPU.

## GPUs

\`gpu.type\` takes these names in any case. The release is that for nodes whose driver is new enough; with known CVEs it needs
\`server.ngc.allowInsecureRelease: true\`.

| GPU | compute capability | release | from driver |
| --- | --- | --- | --- |
${gpus.map(({ name, compute_capability }) => gpuLine(name, compute_capability)).join("\n")}

## Releases

An empty cell is something that the release's sources do not state; the newest older release that does stands in for it, and the
preview warns. The driver is that of the CUDA major version; in brackets what the release note asks for, where that is another.

| release | Triton | onnxruntime | Python | CUDA | from driver | compute capability | onnxruntime's kernels | bulletins |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
${[...releases]
  .reverse()
  .filter(({ container }) => container >= FIRST_SHOWN)
  .map(releaseLine)
  .join("\n")}

## What release notes don't say

- **24.02 has no onnxruntime backend**, so it is refused, as is everything before it, whose administrative endpoints can't be closed.
- **Before ${LATE_ANSWERS_SINCE} a python model can't answer later than the call that brought the request.** There the graph runs in Triton's own onnxruntime backend, on a CPU
  too, in the \`ensemble\`: \`fused\` and \`precision: int8\` are refused.
- **P100 and V100 end with 24.10.** The note of 24.12 still says compute capability 6.0, but onnxruntime's kernels start at 7.5 from 24.11 on.
- **CUDA 13 needs driver 580.** The notes of 25.08 to 26.04 say 575. Forward compatibility packages are not counted on.
- **The kernels are those of the build's default list**, which NVIDIA's own build may override from 25.08 on (\`CUDA_ARCH_LIST\`).
- **The note of 26.06 speaks of 26.05** where it says which GPUs it supports; that of 25.07 does not exist.
- **Known at run time:** 25.08 crashes when it ends on nodes with NVSwitch and GPU metrics; up to 26.08 a server may crash when it ends while python models report metrics.
  Neither loses an answer: all are given by then.

Secure is what no bulletin of NVIDIA affects: today ${minSecure} and later. TensorRT is no execution provider here: it builds an engine for each
length that it meets (triton-inference-server/server#6792), which takes minutes while requests wait, and its settings changed between releases.

## Newer releases and bulletins

Save NVIDIA's pages into a folder: release notes (\`rel-26-11.html\`), advisories (\`5875.json\`, from github.com/NVIDIA/product-security). Then
\`npm run matrix -- refresh FOLDER\` writes what they state into the facts and prints what moved; \`npm run generate\` makes this page anew. Nothing is guessed: what a
page does not state stays out, and what contradicts the facts is told and left for you to judge. Of ${bulletins.length} bulletins, ${bulletins.filter(({ severity }) => severity === "unknown").length} is known by its title only.
`;
}

function gpuLine(name: string, computeCapability: string): string {
  const card = cardOf({ type: name });
  const newest = card && newestFor({ card });
  const cells = newest
    ? [
        `${newest.release.container}${newest.verdict === "insecure" ? ", with known CVEs" : ""}`,
        leastDriver(newest.release),
      ]
    : ["none", ""];
  return `| ${[name, computeCapability, ...cells].join(" | ")} |`;
}

function releaseLine(release: Release): string {
  const { container, triton, onnxruntime, python, cuda, min_driver_release_note, min_compute_capability } = release;
  const driver = release.cuda_major_min_driver ?? "";
  const noted = min_driver_release_note === undefined || min_driver_release_note === driver;
  const found = bulletinsOf(container);
  const critical = found.filter(({ severity }) => severity === "critical").length;
  const cells = [
    container,
    triton,
    release.onnxruntime_backend === false ? "none" : onnxruntime,
    python,
    cuda,
    noted ? driver : `${driver} (${min_driver_release_note})`,
    min_compute_capability,
    release.ort_cuda_archs_x86_64?.join(" "),
    found.length === 0 ? "none" : `${found.length}, ${critical} critical`,
  ];
  return `| ${cells.map((cell) => cell ?? "").join(" | ")} |`;
}
