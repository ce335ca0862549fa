/** Amazon's registry: a repository for each model, made before its images are pushed, and a login that is good for 12 hours, asked for
 *  by each run. In: its options, and the stack's region. Out: a `Registry`. Nodes of EKS log in by themselves, so pods get nothing to
 *  pull with. Sources: Amazon ECR User Guide, "Private repositories", "Image tag mutability", "Lifecycle policies"; its API
 *  reference, CreateRepository. */
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import {
  type AwsFault,
  type AwsPackage,
  accountOptions,
  awsFault,
  awsPackage,
  awsProblems,
  type Encryption,
  type RepositoryArgs,
  regionOptions,
  wrongAccount,
} from "../../shared/aws";
import { child, type Owner } from "../../shared/child";
import { exactlyOneOf } from "../../shared/exactlyOneOf";
import type { Path } from "../../shared/paths";
import { type Problem, problemLine } from "../../shared/problems";
import type { Program } from "../../shared/program";
import { ToldError } from "../../shared/toldError";
import type { Registry } from "./registry";

/** One part of a repository's name. */
const PART = "[a-z0-9]+([._-][a-z0-9]+)*";
const NAME_LIMIT = 256;

/** Tags that may be pushed anew: nothing refers to a model image by its tag, and a push that the state was never told of is repeated. */
const MODEL_TAGS = "onnx-*";

export const ecrOptions = z
  .strictObject({
    account: accountOptions.describe("Account of the registry; other credentials are refused."),
    region: regionOptions,
    prefix: z
      .string()
      .regex(new RegExp(`^${PART}(/${PART})*$`), "must be path parts of a-z, 0-9 and single . _ or - between them")
      .max(200)
      .meta({ remedy: "write it such as triton or ml/triton" })
      .optional()
      .describe("Path of the repositories tritoned_<model>. Default: none."),
    scanOnPush: z.boolean().default(true).describe("Whether each pushed image is scanned for known vulnerabilities."),
    immutableTags: z
      .boolean()
      .default(true)
      .describe(
        "Whether a pushed tag stays what it is. Those of model images, to which no pod refers, may be pushed anew.",
      ),
    encryption: exactlyOneOf({
      aes256: z.strictObject({}).describe("With a key of the registry's own."),
      kms: z
        .strictObject({
          key: z
            .string()
            .regex(/^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/, "must be the ARN of a key")
            .meta({ remedy: "write its ARN, arn:aws:kms:<region>:<account>:key/<id>" })
            .optional()
            .describe("ARN of the key. Default: the account's own for ECR, aws/ecr."),
        })
        .describe("With a key of KMS."),
    })
      .prefault({ aes256: {} })
      .describe("How images lie there, once and for all: a change is refused. Default: { aes256: {} }."),
    untaggedDays: z
      .int()
      .min(1)
      .max(3650)
      .optional()
      .describe(
        "Days after which an image without a tag is deleted; with immutableTags alone, since what runs then keeps its tag. Default: never.",
      ),
    forceDelete: z
      .boolean()
      .default(false)
      .describe(
        "Whether destroy, or a model that is taken out, deletes a repository with images in it. false: AWS refuses it as not empty; to go on set true, then `pulumi up`, then again.",
      ),
  })
  .describe("Amazon ECR.");

export type EcrOptions = z.output<typeof ecrOptions>;

/** What the options contradict each other in. `at`: where they stand. */
export function ecrProblems({ immutableTags, untaggedDays }: EcrOptions, at: Path): Problem[] {
  if (immutableTags || untaggedDays === undefined) return [];
  const because = "without immutableTags an image that runs may lose its tag, and would be deleted";
  return [{ path: [...at, "untaggedDays"], got: untaggedDays, because, remedy: "leave it out, or immutableTags" }];
}

/** What the machine and the rest of the stack's config lack. */
export const ecrSiteProblems = ({ region }: EcrOptions, program: Program, at: Path): Problem[] =>
  awsProblems(at, region, program);

/** `at`: where the options stand. */
export function ecrRegistry(options: EcrOptions, { aws }: Program, at: Path): Registry {
  const { account, prefix } = options;
  const region = options.region ?? aws?.region ?? "";
  const server = `${account}.dkr.ecr.${region}.${region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com"}`;
  const nameOf = (model: string): string => [...(prefix === undefined ? [] : [prefix]), `tritoned_${model}`].join("/");
  // Of all models the first to be made asks for all.
  let asked: Promise<Answers> | undefined;
  return {
    server,
    repository: (model) => `${server}/${nameOf(model)}`,
    modelProblems: (model) => nameProblems(nameOf(model)),
    loginForReading: () => undefined,
    open(owner, model, locate) {
      const registry = new EcrClient(options, region, aws?.profile, owner, locate(at));
      asked ??= registry.ask();
      const repository = registry.make(nameOf(model), asked);
      const password = asked.then(({ password }) => password);
      return { repository, login: { username: USER, password: pulumi.secret(password) } };
    },
  };
}

/** Whose password is a token of GetAuthorizationToken. */
const USER = "AWS";

/** What is asked once for all models. */
export interface Answers {
  /** Of the repositories that there are. */
  readonly names: readonly string[];
  readonly password: string;
}

/** Asks and makes in the name of one service, whose provider for AWS it takes. */
export class EcrClient {
  private readonly aws: AwsPackage = awsPackage();
  private readonly invoke: pulumi.InvokeOptions;

  constructor(
    private readonly options: EcrOptions,
    private readonly region: string,
    private readonly profile: string | undefined,
    private readonly owner: Owner,
    private readonly at: Path,
  ) {
    this.invoke = { parent: owner.resource };
  }

  /** @throws ToldError */
  async ask(): Promise<Answers> {
    const { account } = this.options;
    const { aws, region, invoke } = this;
    return this.telling(async () => {
      const fault = wrongAccount(await aws.getCallerIdentity({}, invoke), account, this.profile);
      if (fault !== undefined) throw this.refusal(fault, "account", account);
      const { names } = await aws.ecr.getRepositories({ region }, invoke);
      const { password } = await aws.ecr.getAuthorizationToken({ registryId: account, region }, invoke);
      return { names, password };
    });
  }

  make(name: string, asked: Promise<Answers>): pulumi.Resource {
    const { aws, owner, region, options } = this;
    const args = repositoryArgs(options, region, pulumi.output(this.checked(name, asked)));
    const repository = child(aws.ecr.Repository, owner, "repository", args, {
      // Checked before; as an input that moves it would delete the repository, and all that is in it.
      ignoreChanges: ["encryptionConfigurations"],
    });
    if (options.untaggedDays !== undefined) {
      const policy = lifecyclePolicy(options.untaggedDays);
      child(
        aws.ecr.LifecyclePolicy,
        owner,
        "lifecycle-policy",
        { repository: name, region, policy },
        {
          dependsOn: [repository],
        },
      );
    }
    return repository;
  }

  /** The name, of a repository that lies encrypted as the options say, or that is yet to be made.
   *  @throws ToldError */
  async checked(name: string, asked: Promise<Answers>): Promise<string> {
    const { account } = this.options;
    const { names } = await asked;
    if (!names.includes(name)) return name;
    return this.telling(async () => {
      const args = { name, region: this.region, registryId: account };
      const { encryptionConfigurations } = await this.aws.ecr.getRepository(args, this.invoke);
      const fault = encryptionFault(name, encryptionConfigurations[0], encryptionOf(this.options));
      if (fault !== undefined) throw this.refusal(fault, "encryption");
      return name;
    });
  }

  private async telling<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    try {
      return await ask();
    } catch (problem) {
      throw problem instanceof ToldError ? problem : this.refusal(awsFault(problem, this.profile));
    }
  }

  private refusal({ because, remedy }: AwsFault, option?: string, got?: string): ToldError {
    const path = option === undefined ? this.at : [...this.at, option];
    return new ToldError(problemLine({ path, got, because, remedy }), this.owner.resource);
  }
}

function repositoryArgs(options: EcrOptions, region: string, name: pulumi.Input<string>): RepositoryArgs {
  const immutable = {
    imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
    imageTagMutabilityExclusionFilters: [{ filter: MODEL_TAGS, filterType: "WILDCARD" }],
  };
  return {
    name,
    region,
    forceDelete: options.forceDelete,
    imageScanningConfiguration: { scanOnPush: options.scanOnPush },
    ...(options.immutableTags ? immutable : { imageTagMutability: "MUTABLE" }),
    encryptionConfigurations: [encryptionOf(options)],
  };
}

function encryptionOf({ encryption: { kms } }: EcrOptions): Encryption {
  if (kms === undefined) return { encryptionType: "AES256" };
  return { encryptionType: "KMS", ...(kms.key === undefined ? {} : { kmsKey: kms.key }) };
}

/** `wanted` without a key takes any. */
function encryptionFault(name: string, now: Encryption | undefined, wanted: Encryption): AwsFault | undefined {
  const { encryptionType, kmsKey } = now ?? { encryptionType: "AES256" };
  if (encryptionType === wanted.encryptionType && (wanted.kmsKey === undefined || wanted.kmsKey === kmsKey))
    return undefined;
  const there = encryptionType === "AES256" ? "{ aes256: {} }" : `{ kms: { key: ${kmsKey} } }`;
  return {
    because: `the repository ${name} is encrypted otherwise (${there}), which can't be changed without deleting it and its images`,
    remedy: "say what it has; or set another prefix, which pushes all images anew",
  };
}

function lifecyclePolicy(days: number): string {
  const selection = { tagStatus: "untagged", countType: "sinceImagePushed", countUnit: "days", countNumber: days };
  const description = "images without a tag, which nothing that runs refers to";
  return JSON.stringify({ rules: [{ rulePriority: 1, description, selection, action: { type: "expire" } }] });
}

function nameProblems(name: string): Problem[] {
  if (new RegExp(`^${PART}(/${PART})*$`).test(name) && name.length <= NAME_LIMIT) return [];
  const because = `ECR takes no repository of the name ${name}`;
  return [{ path: [], because, remedy: "choose another key for the model, with no two - in a row" }];
}
