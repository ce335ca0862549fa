/** What an image is, before it is a resource: its files, its arguments and its hash. The hash is in the tag, so it must
 *  move whenever an input of the image moves; and it knows no secret. In: what the two kinds of image put into a plan.
 *  Out: the plan with its hash, and the docker.Image made from it. */
import * as path from "node:path";
import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { shortHash } from "../shared/canonicalJson";
import { child, type Owner } from "../shared/child";
import type { Role } from "../shared/names";
import type { Locate } from "../shared/paths";
import { writeContext } from "./buildContext";
import { type ContextFiles, contentDigests } from "./contextFiles";
import { tellFaults } from "./faults";
import { type BuildSite, contextFolder, PLATFORM } from "./site";
import type { Source, SourceRole } from "./storages/storage";

export interface ImagePlan {
  readonly files: ContextFiles;
  /** The context's folder, relative to the project. */
  readonly context: string;
  /** Build arguments known before anything runs; no secret among them. */
  readonly args: Readonly<Record<string, string>>;
  /** 12 hex digits over all that can move an input of the image. */
  readonly hash: string;
}

/** What else may move an image's hash. */
interface HashedBesides {
  /** Hash of the image that this one is built from, whose digest is not known yet. */
  readonly upstream?: string;
  /** ImageOptions.attempt. */
  readonly attempt?: number;
}

/** Plans an image. */
export function planImage(
  site: BuildSite,
  kind: "model" | "server",
  files: ContextFiles,
  args: Readonly<Record<string, string>>,
  { upstream, attempt = 1 }: HashedBesides = {},
): ImagePlan {
  const context = contextFolder(site, kind);
  const { project, stack, registry, model } = site;
  // Builds are not bit-identical, so project and stack keep one stack from overwriting another's tag. The repository,
  // because a model image is never to be updated: an update would build with a token from before.
  const repository = registry.repository(model);
  const digests = contentDigests(files);
  const tried = attempt === 1 ? undefined : attempt;
  const hash = shortHash({ digests, context, args, platform: PLATFORM, project, stack, repository, upstream, tried });
  return { files, context, args, hash };
}

interface DockerImageOptions {
  readonly ignoreChanges?: readonly string[];
  /** Where the user wrote what a build that fails is about. */
  readonly locate: Locate;
  /** ImageOptions.attempt. */
  readonly attempt: number;
  /** What the build fetches. */
  readonly sources?: Readonly<Partial<Record<SourceRole, Source>>>;
}

/** Writes the context and makes the image. */
export function dockerImage(
  owner: Owner,
  role: Role,
  site: BuildSite,
  plan: ImagePlan,
  tag: string,
  lateArgs: Readonly<Record<string, pulumi.Input<string>>>,
  { ignoreChanges = [], locate, attempt, sources = {} }: DockerImageOptions,
): docker.Image {
  writeContext(path.join(site.projectFolder, plan.context), plan.files);
  const { server, login } = site.registry;
  const imageName = `${site.registry.repository(site.model)}:${tag}`;
  const build = { imageName, attempt, sources, locate, command: command(plan, lateArgs) };
  return child(
    docker.Image,
    owner,
    role,
    {
      imageName,
      build: {
        context: plan.context,
        dockerfile: `${plan.context}/Dockerfile`,
        platform: PLATFORM,
        // The legacy builder would leave a secret argument in an intermediate image's history.
        builderVersion: docker.types.enums.BuilderVersion.BuilderBuildKit,
        args: { ...plan.args, ...lateArgs },
      },
      registry: { server, ...login },
      buildOnPreview: false,
    },
    {
      ignoreChanges: [...ignoreChanges],
      // The provider tells of a changed argument by printing the whole block; what was meant stands on the service, and that
      // the image is another one in its tag.
      hideDiffs: ["build"],
      hooks: tellFaults(`${owner.name}-${role}`, build, owner.resource),
    },
  );
}

/** Builds the same by hand. What is not known before, or secret, is left for the user to fill in. */
function command({ args, context }: ImagePlan, lateArgs: object): string {
  const known = Object.entries(args).filter(([, value]) => value !== "");
  const late = Object.keys(lateArgs).map((name) => `--build-arg ${name}=…`);
  const said = known.map(
    ([name, value]) => `--build-arg ${name}=${/^[\w.:/@%+=-]+$/.test(value) ? value : `'${value}'`}`,
  );
  return ["DOCKER_BUILDKIT=1 docker build --progress=plain", ...said, ...late, context].join(" ");
}
