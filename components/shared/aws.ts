/** Amazon's API, as far as it is asked here. The package @pulumi/aws is an optional peer: it is loaded only where a config asks for
 *  it, because whoever depends on it gets its provider of some 700 MB installed, used or not (pulumi/pulumi#4607). In: what went wrong
 *  in a call. Out: the package, and words for a person. */
import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Path } from "./paths";
import type { Problem } from "./problems";
import type { Program } from "./program";

/** Of the package's own types, which take the compiler half a minute, the few that are used. */
export interface AwsPackage {
  readonly Provider: new (
    name: string,
    args: { region: string; profile?: string; assumeRoles?: { roleArn: string }[] },
  ) => pulumi.ProviderResource;
  getCallerIdentity(args: object, opts: pulumi.InvokeOptions): Promise<CallerIdentity>;
  readonly ecr: {
    readonly Repository: Made<RepositoryArgs>;
    readonly LifecyclePolicy: Made<{ repository: pulumi.Input<string>; region: string; policy: string }>;
    getAuthorizationToken(
      args: { registryId: string; region: string },
      opts: pulumi.InvokeOptions,
    ): Promise<{ readonly userName: string; readonly password: string }>;
    getRepositories(args: { region: string }, opts: pulumi.InvokeOptions): Promise<{ readonly names: string[] }>;
    getRepository(
      args: { name: string; region: string; registryId: string },
      opts: pulumi.InvokeOptions,
    ): Promise<{ readonly encryptionConfigurations: Encryption[] }>;
  };
  readonly eks: {
    getCluster(args: { name: string; region?: string }, opts: pulumi.InvokeOptions): Promise<EksCluster>;
  };
}

type Made<Args> = new (name: string, args: Args, opts: pulumi.CustomResourceOptions) => pulumi.CustomResource;

/** Who calls. */
export interface CallerIdentity {
  readonly accountId: string;
  readonly arn: string;
}

export interface Encryption {
  readonly encryptionType: string;
  readonly kmsKey?: string;
}

export interface RepositoryArgs {
  readonly name: pulumi.Input<string>;
  readonly region: string;
  readonly forceDelete: boolean;
  readonly imageScanningConfiguration: { readonly scanOnPush: boolean };
  readonly imageTagMutability: string;
  readonly imageTagMutabilityExclusionFilters?: { readonly filter: string; readonly filterType: string }[];
  readonly encryptionConfigurations: Encryption[];
}

export interface EksCluster {
  readonly arn: string;
  readonly endpoint: string;
  readonly status: string;
  readonly certificateAuthorities: readonly { readonly data: string }[];
}

const PACKAGE = "@pulumi/aws";

/** From this package's folder, and from the project's, which may be another one. */
const find = (): string => require.resolve(PACKAGE, { paths: [__dirname, process.cwd()] });

/** What keeps from asking: no package, or no region. `path`: what asks. */
export function awsProblems(path: Path, region: string | undefined, { aws }: Program): Problem[] {
  const unsaid: Problem = {
    path: [...path, "region"],
    because: "no region is said",
    remedy: "set it, or for the whole stack: pulumi config set aws:region eu-central-1",
  };
  const missing: Problem = {
    path,
    because: `it needs the package ${PACKAGE}, which is not installed`,
    remedy: `in the project's folder: npm install ${PACKAGE}@7`,
  };
  return [...(isInstalled() ? [] : [missing]), ...((region ?? aws?.region) === undefined ? [unsaid] : [])];
}

function isInstalled(): boolean {
  try {
    return find() !== "";
  } catch {
    return false;
  }
}

export const awsPackage = (): AwsPackage => require(find()) as AwsPackage;

/** IAM, "AWS account identifiers". */
export const accountOptions = z
  .string()
  .regex(/^\d{12}$/, "must be the 12 digits of an AWS account")
  .meta({ remedy: 'write its 12 digits in quotes, such as "123456789012"' });

export const regionOptions = z
  .string()
  .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "must be a region")
  .meta({ remedy: "write a region such as eu-central-1" })
  .optional()
  .describe("Region. Default: the stack's `aws:region`.");

/** What to say of a call that failed. Sources of the words: the AWS SDK for Go v2, the AWS CLI, and pulumi-aws, as of November 2026. */
export interface AwsFault {
  readonly because: string;
  readonly remedy: string;
}

type Words = readonly (readonly [RegExp, (profile: string, found: RegExpExecArray) => AwsFault])[];

const login = (profile: string): string => `aws sso login${profile}, or log in as you usually do`;

const KNOWN: Words = [
  [
    /ExpiredToken|InvalidGrantException|sso session .*(expired|invalid)|refresh cached sso token|error loading sso token|token .*(has|is) expired/i,
    (profile) => ({ because: "the AWS session has expired", remedy: `run: ${login(profile)}` }),
  ],
  [
    /InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|AuthFailure/,
    (profile) => ({ because: "AWS does not know these credentials", remedy: `run: ${login(profile)}` }),
  ],
  [
    /(?:failed to get shared config profile,? |config profile )\(?"?([\w.@-]+)/,
    (_, [, name]) => ({
      because: `there is no AWS profile ${name} on this machine`,
      remedy: `run: aws configure sso --profile ${name}`,
    }),
  ],
  [
    /no valid credential sources|unable to locate credentials|NoCredentialProviders|no EC2 IMDS role|failed to refresh cached credentials/i,
    (profile) => ({ because: "there are no AWS credentials here", remedy: `run: ${login(profile)}` }),
  ],
  [
    /not authorized to perform:? (?:action )?([a-z-]+:\w+)/,
    (_, [, action]) => ({
      because: `the credentials do not allow ${action}`,
      remedy: "add it to their policy: docs/aws.md has one for each job",
    }),
  ],
  [
    /AccessDenied/,
    () => ({ because: "the credentials do not allow this", remedy: "docs/aws.md has a policy for each job" }),
  ],
];

/** `profile`: the one that was asked with, if one was named. */
export function awsFault(problem: unknown, profile?: string): AwsFault {
  const said = problem instanceof Error ? problem.message : String(problem);
  const named = profile === undefined ? "" : ` --profile ${profile}`;
  for (const [words, fault] of KNOWN) {
    const found = words.exec(said);
    if (found !== null) return fault(named, found);
  }
  const [line = ""] = said.split("\n").filter((text) => text.trim() !== "");
  return { because: `AWS could not be asked: ${line.trim()}`, remedy: `try: aws sts get-caller-identity${named}` };
}

/** The credentials are those of another account. `expected`: undefined takes any. */
export function wrongAccount(
  { accountId, arn }: CallerIdentity,
  expected: string | undefined,
  profile?: string,
): AwsFault | undefined {
  if (expected === undefined || accountId === expected) return undefined;
  const named = profile === undefined ? "" : ` --profile ${profile}`;
  const because = `the credentials are of account ${accountId} (${arn})`;
  return { because, remedy: `log in to account ${expected}: ${login(named)}` };
}
