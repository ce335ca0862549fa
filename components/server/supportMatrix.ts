/** Which Triton a model gets. In: the options `server` and `gpu`. Out: a choice, or the reasons why there is none, all
 *  known before any resource is registered; and warnings for the preview. Newest secure release that runs on the GPU and
 *  driver, unless the config names one; a release with known CVEs only where the config says so. */
import { didYouMean } from "../shared/didYouMean";
import { type Text, text } from "../shared/paths";
import type { Problem, Warning } from "../shared/problems";
import { driverObstacle, findGpu, gpuObstacle, gpusLike, knownCves, minSecure, requirements } from "./compatibility";
import { type Gpu, gpus, PYPI, type Release, releases } from "./facts";
import type { GpuOptions, ServerOptions } from "./options";
import { OLDEST_RELEASE } from "./tritonFlags";

export interface ServerChoice {
  readonly flavour: "pypi" | "ngc" | "image";
  /** Container release; unknown for an image of one's own. */
  readonly release?: string;
  readonly onnxBackend: "python" | "onnxruntime";
  /** Absent for pypi, which builds on `build.base`. */
  readonly baseImage?: string;
  /** For the reviewer of a diff. */
  readonly described: string;
}

export interface ServerInput {
  readonly server: ServerOptions;
  readonly gpu?: GpuOptions | undefined;
}

export type ServerDecision =
  | { readonly choice: ServerChoice; readonly problems: readonly []; readonly warnings: readonly Warning[] }
  | { readonly choice?: undefined; readonly problems: readonly [Problem]; readonly warnings: readonly [] };

const ALLOW = ["server", "ngc", "allowInsecureRelease"] as const;

type NgcOptions = NonNullable<ServerOptions["ngc"]>;

export function chooseServer({ server, gpu }: ServerInput): ServerDecision {
  const card = gpu === undefined ? undefined : findGpu(gpu.type);
  if (gpu !== undefined && card === undefined) return refuse(unknownGpu(gpu.type));
  if (server.pypi !== undefined) return pypi(gpu);
  if (server.image !== undefined) return ownImage(server.image.ref);
  if (server.ngc !== undefined) return ngc(server.ngc, gpu, card);
  throw new Error("internal error: validation should have refused a server without a choice");
}

function pypi(gpu: GpuOptions | undefined): ServerDecision {
  if (gpu !== undefined)
    return refuse({
      path: ["server", "pypi"],
      because: text`the Triton that PyPI carries has no GPU backend for onnxruntime, and ${["gpu"]} asks for a GPU`,
      remedy: text`set ${["server"]} to { ngc: {} }, or say gpu: null in the model`,
    });
  const described = `Triton ${PYPI.triton} (${PYPI.container}) from PyPI`;
  return {
    choice: { flavour: "pypi", release: PYPI.container, onnxBackend: "python", described },
    problems: [],
    warnings: [aboutServer(`${described} is for dev and tests; it is affected by ${knownCves(PYPI.container)}`)],
  };
}

function ownImage(ref: string): ServerDecision {
  const choice = { flavour: "image", onnxBackend: "onnxruntime", baseImage: ref, described: `image ${ref}` } as const;
  return { choice, problems: [], warnings: [] };
}

function ngc(options: NgcOptions, gpu?: GpuOptions, card?: Gpu): ServerDecision {
  if (options.release !== undefined) return checkRelease(options.release, options, gpu, card);
  const fitting = releases.filter((release) => obstacle(release, gpu, card) === undefined).reverse();
  const newest = fitting[0];
  if (newest === undefined) return refuse(nothingRuns(gpu));
  if (knownCves(newest.container) === undefined) return takeRelease(newest, options, card);
  if (options.allowInsecureRelease) return takeRelease(newest, options, card);
  return refuse(onlyInsecure(newest, gpu, card));
}

/** The release that the config names, or why it cannot be. */
function checkRelease(container: string, options: NgcOptions, gpu?: GpuOptions, card?: Gpu): ServerDecision {
  const at = ["server", "ngc", "release"];
  const release = releases.find((row) => row.container === container);
  const secure = releases.filter((row) => row.container >= minSecure).map((row) => row.container);
  if (release === undefined)
    return refuse({
      path: at,
      got: container,
      because: "the support matrix has no such release of Triton",
      remedy: `leave it out, or set one of ${secure.join(", ")}; a newer one needs a row in components/server/facts/triton-releases.yaml`,
    });
  const because = obstacle(release, gpu, card);
  if (because !== undefined) {
    const other = releases.filter((row) => obstacle(row, gpu, card) === undefined).at(-1)?.container;
    return refuse({
      path: at,
      got: container,
      because: `Triton ${container} does not run here: ${because}`,
      remedy: other === undefined ? "choose a newer GPU or driver" : consent(other, options),
    });
  }
  const cves = knownCves(container);
  if (cves !== undefined && !options.allowInsecureRelease)
    return refuse({
      path: at,
      got: container,
      because: `it is affected by ${cves}`,
      remedy: text`set "${minSecure}" or later, or accept it with ${ALLOW}: true`,
    });
  return takeRelease(release, options, card);
}

/** To name the release, and what must be said besides to get an insecure one. */
function consent(container: string, { allowInsecureRelease }: NgcOptions): Text {
  if (allowInsecureRelease || knownCves(container) === undefined) return `set it to "${container}"`;
  return text`set it to "${container}", which has known CVEs and needs ${ALLOW}: true; or choose a newer GPU or driver`;
}

const aboutServer = (said: string): Warning => ({ path: ["server"], text: said });

function takeRelease(release: Release, { repository }: NgcOptions, card?: Gpu): ServerDecision {
  const { container } = release;
  const cves = knownCves(container);
  const takenOver = card === undefined ? [] : requirements(release).takenOver;
  return {
    choice: {
      flavour: "ngc",
      release: container,
      onnxBackend: "onnxruntime",
      baseImage: `${repository}:${container}-py3`,
      described: `Triton ${container} of NVIDIA`,
    },
    problems: [],
    warnings: [
      ...(cves === undefined ? [] : [aboutServer(`Triton ${container} is affected by ${cves}`)]),
      ...(takenOver.length === 0
        ? []
        : [
            aboutServer(
              `whether Triton ${container} runs on the ${card?.name} rests on what its sources do not state: ${takenOver.join("; ")}`,
            ),
          ]),
    ],
  };
}

/** Why the release cannot serve here; undefined: it can. On CPU there is only one reason, its age. */
function obstacle(release: Release, gpu?: GpuOptions, card?: Gpu): string | undefined {
  if (release.container < OLDEST_RELEASE)
    return `it cannot close its administrative endpoints, or not tell gRPC clients to connect anew, which takes ${OLDEST_RELEASE} or later`;
  if (card === undefined) return undefined;
  const needs = requirements(release);
  return gpuObstacle(card, needs) ?? driverObstacle(gpu?.driver, needs);
}

function unknownGpu(type: string): Problem {
  const names = gpus.map(({ name }) => name);
  const like = gpusLike(type);
  const nearest = didYouMean(type, names);
  const hint = like.length > 0 ? like.join(" or ") : nearest;
  return {
    path: ["gpu", "type"],
    got: type,
    because: "the support matrix has no such GPU",
    remedy: hint === undefined ? `set one of ${names.join(", ")}` : `did you mean ${hint}?`,
  };
}

function nothingRuns(gpu?: GpuOptions): Problem {
  return {
    path: ["gpu"],
    because: `no release of Triton from ${OLDEST_RELEASE} on runs on ${gpu?.type} with driver ${gpu?.driver ?? "unknown"}`,
    remedy: "choose a newer GPU or driver",
  };
}

/** The GPU or the driver rules out every secure release: says which of them it is. */
function onlyInsecure(newest: Release, gpu?: GpuOptions, card?: Gpu): Problem {
  const secure = releases.filter(({ container }) => container >= minSecure);
  const oldestDriver = secure
    .filter((release) => card !== undefined && gpuObstacle(card, requirements(release)) === undefined)
    .map((release) => requirements(release).minDriver)[0];
  const because = `the newest Triton that runs here, ${newest.container}, is affected by ${knownCves(newest.container)}`;
  if (oldestDriver === undefined)
    return {
      path: ["gpu", "type"],
      got: gpu?.type,
      because,
      remedy: text`choose a newer GPU, or accept ${newest.container} with ${ALLOW}: true`,
    };
  const remedy = text`bring the nodes to driver ${oldestDriver} or later, or accept ${newest.container} with ${ALLOW}: true`;
  return { path: ["gpu", "driver"], got: gpu?.driver, because, remedy };
}

function refuse(problem: Problem): ServerDecision {
  return { problems: [problem], warnings: [] };
}
