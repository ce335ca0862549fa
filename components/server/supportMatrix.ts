/** Which Triton a model gets. In: the options `server` and `gpu`. Out: a choice, or the reasons why there is none, all
 *  known before any resource is registered; and warnings for the preview. Newest secure release that runs on the GPU and
 *  driver, unless the config names one; a release with known CVEs only where the config says so. */
import { didYouMean } from "../shared/didYouMean";
import { type Text, text } from "../shared/paths";
import type { Problem, Warning } from "../shared/problems";
import {
  type Card,
  findGpu,
  gpuObstacle,
  gpusLike,
  knownCves,
  minSecure,
  type Obstacle,
  obstacle,
  obstacleText,
  stated,
  type Target,
  takenOver,
} from "./compatibility";
import { gpus, PYPI, type Release, releases } from "./facts";
import type { GpuOptions, ServerOptions } from "./options";
import { onnxBackendOf } from "./pipeline";
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
  const card = gpu && cardOf(gpu);
  if (gpu && !card) return refuse(unknownGpu(gpu.type ?? ""));
  const onnxBackend = onnxBackendOf({ server, gpu });
  if (server.pypi !== undefined) return pypi(gpu);
  if (server.image !== undefined) return ownImage(server.image.ref, onnxBackend);
  if (server.ngc !== undefined) return ngc(server.ngc, { card, driver: gpu?.driver }, onnxBackend);
  throw new Error("internal error: validation should have refused a server without a choice");
}

/** The GPU that the options mean; undefined if nobody knows its type. */
export function cardOf({ type, computeCapability }: Pick<GpuOptions, "type" | "computeCapability">): Card | undefined {
  if (computeCapability !== undefined) return { called: "the GPU", computeCapability };
  const found = type === undefined ? undefined : findGpu(type);
  return found && { called: `the ${found.name}`, computeCapability: found.compute_capability };
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

function ownImage(ref: string, onnxBackend: ServerChoice["onnxBackend"]): ServerDecision {
  return {
    choice: { flavour: "image", onnxBackend, baseImage: ref, described: `image ${ref}` },
    problems: [],
    warnings: [],
  };
}

function ngc(options: NgcOptions, target: Target, onnxBackend: ServerChoice["onnxBackend"]): ServerDecision {
  const take = (release: Release) => takeRelease(release, options, target, onnxBackend);
  if (options.release !== undefined) {
    const found = releases.find(({ container }) => container === options.release);
    if (found === undefined) return refuse(unknownRelease(options.release));
    const verdict = judge(found, target);
    const problem = releaseProblem(found, verdict, options);
    return problem === undefined ? take(found) : refuse(problem);
  }
  const newest = releases.filter((release) => obstacle(release, target) === undefined).at(-1);
  if (newest === undefined) return refuse(nothingRuns(target));
  if (knownCves(newest.container) === undefined || options.allowInsecureRelease) return take(newest);
  return refuse(onlyInsecure(newest, target));
}

/** What the facts say of a release on a target. `obstacle`: it can't run there. `cves`: it is not secure. `unknown`: what the answer
 *  rests on though no source states it. `nearest`: where there is an obstacle, the nearest release that has none, a secure one if any. */
export interface Verdict {
  readonly obstacle?: Obstacle | undefined;
  readonly cves?: string | undefined;
  readonly unknown: readonly string[];
  readonly nearest?: string | undefined;
}

export function judge(release: Release, target: Target): Verdict {
  const found = obstacle(release, target);
  const cves = knownCves(release.container);
  if (found === undefined) return { cves, unknown: takenOver(release, target) };
  return { obstacle: found, cves, unknown: [], nearest: nearestThatRuns(release, target)?.container };
}

function nearestThatRuns(release: Release, target: Target): Release | undefined {
  const running = releases.filter((other) => obstacle(other, target) === undefined);
  const secure = running.filter(({ container }) => knownCves(container) === undefined);
  const distance = (other: Release) => Math.abs(releases.indexOf(other) - releases.indexOf(release));
  return (secure.length > 0 ? secure : running).sort((one, other) => distance(one) - distance(other))[0];
}

/** Why the release that the config names can't be taken; undefined: it can. */
function releaseProblem({ container }: Release, verdict: Verdict, options: NgcOptions): Problem | undefined {
  const at = { path: ["server", "ngc", "release"], got: container };
  if (verdict.obstacle !== undefined)
    return {
      ...at,
      because: `Triton ${container} does not run here: ${obstacleText(verdict.obstacle)}`,
      remedy: verdict.nearest === undefined ? "choose a newer GPU or driver" : consent(verdict.nearest, options),
    };
  if (verdict.cves === undefined || options.allowInsecureRelease) return undefined;
  return {
    ...at,
    because: `it is affected by ${verdict.cves}`,
    remedy: text`set "${minSecure}" or later, or accept it with ${ALLOW}: true`,
  };
}

function unknownRelease(container: string): Problem {
  const secure = releases.filter((row) => row.container >= minSecure).map((row) => row.container);
  return {
    path: ["server", "ngc", "release"],
    got: container,
    because: "the support matrix has no such release of Triton",
    remedy: `leave it out, or set one of ${secure.join(", ")}; a newer one needs a row in components/server/facts/triton-releases.yaml`,
  };
}

/** To name the release, and what must be said besides to get an insecure one. */
function consent(container: string, { allowInsecureRelease }: NgcOptions): Text {
  if (allowInsecureRelease || knownCves(container) === undefined) return `set it to "${container}"`;
  return text`set it to "${container}", which has known CVEs and needs ${ALLOW}: true; or choose a newer GPU or driver`;
}

const aboutServer = (said: string): Warning => ({ path: ["server"], text: said });

function takeRelease(
  release: Release,
  { repository }: NgcOptions,
  target: Target,
  onnxBackend: ServerChoice["onnxBackend"],
): ServerDecision {
  const { container } = release;
  const { cves, unknown } = judge(release, target);
  const where = target.card?.called ?? "a CPU";
  return {
    choice: {
      flavour: "ngc",
      release: container,
      onnxBackend,
      baseImage: `${repository}:${container}-py3`,
      described: `Triton ${container} of NVIDIA`,
    },
    problems: [],
    warnings: [
      ...(cves === undefined ? [] : [aboutServer(`Triton ${container} is affected by ${cves}`)]),
      ...(unknown.length === 0
        ? []
        : [
            aboutServer(
              `whether Triton ${container} runs on ${where} rests on what its sources do not state: ${unknown.join("; ")}`,
            ),
          ]),
    ],
  };
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
    remedy: text`${hint === undefined ? `set one of ${names.join(", ")}` : `did you mean ${hint}?`} Of another GPU, say ${["gpu", "computeCapability"]} instead`,
  };
}

const keyOf = ({ card }: Target) => (card?.called === "the GPU" ? "computeCapability" : "type");

function nothingRuns({ card, driver }: Target): Problem {
  const where = `${card?.called} (compute capability ${card?.computeCapability})`;
  return {
    path: ["gpu"],
    because: `no release of Triton from ${OLDEST_RELEASE} on runs on ${where} with driver ${driver ?? "unknown"}`,
    remedy: "choose a newer GPU or driver",
  };
}

/** The GPU or the driver rules out every secure release: says which of them it is. */
function onlyInsecure(newest: Release, target: Target): Problem {
  const { card, driver } = target;
  const secure = releases.filter(({ container }) => knownCves(container) === undefined);
  const because = `the newest Triton that runs here, ${newest.container}, is affected by ${knownCves(newest.container)}`;
  const forTheCard = secure.filter((release) => card !== undefined && gpuObstacle(card, release) === undefined);
  const drivers = forTheCard.map((release) => stated(release, "cuda_major_min_driver").value);
  const [reason] = secure.map((release) => obstacle(release, target)).filter((found) => found !== undefined);
  const why = reason === undefined ? because : `${because}; of a secure one: ${obstacleText(reason)}`;
  if (drivers[0] === undefined)
    return {
      path: ["gpu", keyOf(target)],
      got: keyOf(target) === "type" ? card?.called.replace("the ", "") : card?.computeCapability,
      because: why,
      remedy: text`choose a newer GPU, or accept ${newest.container} with ${ALLOW}: true`,
    };
  const remedy = text`bring the nodes to driver ${drivers[0]} or later, or accept ${newest.container} with ${ALLOW}: true`;
  return { path: ["gpu", "driver"], got: driver, because: why, remedy };
}

function refuse(problem: Problem): ServerDecision {
  return { problems: [problem], warnings: [] };
}
