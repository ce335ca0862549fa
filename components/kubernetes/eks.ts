/** A cluster of Amazon EKS, by its name: where it answers is asked of EKS, and who asks it is told by the AWS CLI each time, so that no
 *  key, and no token of an hour, stands in the state. In: its options. Out: a kubeconfig, the same on every machine; or what is wrong with
 *  the session, the account or the rights, in one line with the command that mends it. Sources: Amazon EKS User Guide, "Connect
 *  kubectl to an EKS cluster", "Grant IAM users access to Kubernetes with EKS access entries". */
import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import {
  type AwsFault,
  accountOptions,
  awsFault,
  awsPackage,
  awsProblems,
  type CallerIdentity,
  type EksCluster,
  regionOptions,
  wrongAccount,
} from "../shared/aws";
import type { Locate, Path } from "../shared/paths";
import { type Problem, problemLine, UserError } from "../shared/problems";
import type { Program } from "../shared/program";
import type { ClusterAccess, Get } from "./apiClient";

const PATH: Path = ["cluster", "eks"];
const LIMIT_MILLISECONDS = 30_000;

export const eksOptions = z
  .strictObject({
    name: z
      .string()
      .regex(/^[0-9A-Za-z][\w-]{0,99}$/, "must be the name of an EKS cluster")
      .meta({ remedy: "write it as aws eks list-clusters shows it" })
      .describe("Name of the cluster."),
    region: regionOptions,
    account: accountOptions
      .optional()
      .describe("Account of the cluster; other credentials are refused. Default: any account."),
    profile: z
      .string()
      .min(1)
      .optional()
      .describe("AWS profile to ask with. Default: the stack's `aws:profile`, else what the environment says."),
    role: z
      .string()
      .regex(/^arn:[\w-]+:iam::\d{12}:role\/.+$/, "must be the ARN of a role")
      .meta({ remedy: "write its ARN, arn:aws:iam::<account>:role/<name>" })
      .optional()
      .describe("ARN of a role that is assumed first. Default: none."),
  })
  .describe("A cluster of Amazon EKS. Its access takes the `aws` program wherever Pulumi runs.");

export type EksOptions = z.output<typeof eksOptions>;

export const eksProblems = ({ region }: EksOptions, program: Program): Problem[] => awsProblems(PATH, region, program);

/** With what the stack's config says for all of AWS. */
export const withStackDefaults = (options: EksOptions, { aws }: Program): EksOptions => ({
  ...options,
  region: options.region ?? aws?.region,
  profile: options.profile ?? aws?.profile,
});

/** The provider that asks for the cluster. Not the stack's own one: the cluster may be in another account than the registry. */
export function eksProvider({ region = "", profile, role }: EksOptions): pulumi.ProviderResource {
  return new (awsPackage().Provider)("eks", {
    region,
    ...(profile === undefined ? {} : { profile }),
    ...(role === undefined ? {} : { assumeRoles: [{ roleArn: role }] }),
  });
}

/** @param invoke the provider to ask with
 *  @throws UserError where AWS does not answer, or with another account's voice */
export async function eksAccess(
  options: EksOptions,
  invoke: pulumi.InvokeOptions,
  locate: Locate,
): Promise<ClusterAccess & { readonly identity: CallerIdentity }> {
  const aws = awsPackage();
  const { name, region, account, profile } = options;
  const refuse = (fault: AwsFault, option?: string, got?: string): never => {
    throw new UserError(faultText(fault, locate, option, got));
  };
  const identity = await aws
    .getCallerIdentity({}, invoke)
    .catch((problem: unknown) => refuse(awsFault(problem, profile)));
  const wrong = wrongAccount(identity, account, profile);
  if (wrong !== undefined) return refuse(wrong, "account", account);
  const asked = { name, ...(region === undefined ? {} : { region }) };
  const cluster = await aws.eks.getCluster(asked, invoke).catch((problem: unknown) => {
    if (!/ResourceNotFoundException|no cluster found|couldn't find resource/i.test(String(problem)))
      return refuse(awsFault(problem, profile));
    const because = `account ${identity.accountId} has no such cluster in ${region ?? "its region"}`;
    return refuse({ because, remedy: `see: aws eks list-clusters${flags(options)}` }, "name", name);
  });
  if (cluster.endpoint === "") {
    const because = `it has no API server yet; its status is ${cluster.status}`;
    return refuse(
      { because, remedy: `wait: aws eks wait cluster-active --name ${name}${flags(options)}` },
      "name",
      name,
    );
  }
  return { identifier: cluster.arn, kubeconfig: kubeconfig(options, cluster), identity };
}

/** What `aws eks update-kubeconfig` writes, but for the profile: as an argument it goes before keys in the environment. */
export function kubeconfig({ name, profile, role }: EksOptions, cluster: EksCluster): string {
  const { arn, endpoint, certificateAuthorities } = cluster;
  const [, , , region = ""] = arn.split(":");
  const args = [
    ...["--region", region],
    ...(profile === undefined ? [] : ["--profile", profile]),
    ...["eks", "get-token", "--cluster-name", name, "--output", "json"],
    ...(role === undefined ? [] : ["--role-arn", role]),
  ];
  const exec = { apiVersion: "client.authentication.k8s.io/v1beta1", command: AWS, args, interactiveMode: "Never" };
  const [{ data }] = certificateAuthorities as [{ data: string }];
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: arn, cluster: { server: endpoint, "certificate-authority-data": data } }],
    users: [{ name: arn, user: { exec } }],
    contexts: [{ name: arn, context: { cluster: arn, user: arn } }],
    "current-context": arn,
  });
}

const AWS = "aws";

/** Asks the cluster for what everybody may read who is somebody to it.
 *  @throws UserError where the AWS CLI, its session or the cluster's access entries are in the way */
export async function requireEksAccess(
  options: EksOptions,
  identity: CallerIdentity,
  connect: () => Promise<Get>,
  locate: Locate,
): Promise<void> {
  const fault = await within(LIMIT_MILLISECONDS, async () => {
    const { status } = await (await connect())("/api");
    return status === 401 ? unmapped(options, identity) : undefined;
  }).catch((problem: unknown) => unreached(options, problem));
  if (fault !== undefined) throw new UserError(faultText(fault, locate));
}

/** EKS answers so to whom no access entry, and no line of aws-auth, names (pulumi-eks#405, #669). */
function unmapped(options: EksOptions, { arn }: CallerIdentity): AwsFault {
  const [, role] = /:assumed-role\/([^/]+)\//.exec(arn) ?? [];
  // A role's path is not in the ARN of a session.
  const principal =
    options.role ??
    (role === undefined ? arn : `"$(aws iam get-role --role-name ${role} --query Role.Arn --output text)"`);
  const because = `the cluster does not know ${options.role ?? arn} (HTTP 401)`;
  const remedy = `who runs the cluster lets it in with: aws eks create-access-entry --cluster-name ${options.name} --principal-arn ${principal}${flags(options)}, and gives it rights as docs/aws.md says`;
  return { because, remedy };
}

function unreached(options: EksOptions, problem: unknown): AwsFault {
  const { code, syscall = "", message = String(problem) } = problem as NodeJS.ErrnoException;
  if (code === "ENOENT" && syscall.startsWith("spawn")) {
    const because = `there is no program ${AWS} on PATH, which logs in to the cluster`;
    return {
      because,
      remedy: "install the AWS CLI: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html",
    };
  }
  const isOfNetwork = code !== undefined || /no answer within/.test(message);
  if (!isOfNetwork) return awsFault(problem, options.profile);
  const because = `its API server does not answer: ${message}`;
  const remedy = `an endpoint may be private, or open to some addresses only: aws eks describe-cluster --name ${options.name} --query cluster.resourcesVpcConfig${flags(options)}`;
  return { because, remedy };
}

const flags = ({ region, profile }: EksOptions): string =>
  `${region === undefined ? "" : ` --region ${region}`}${profile === undefined ? "" : ` --profile ${profile}`}`;

const faultText = (fault: AwsFault, locate: Locate, option?: string, got?: string): string =>
  problemLine({ path: locate(option === undefined ? PATH : [...PATH, option]), got, ...fault });

async function within<Answer>(milliseconds: number, ask: () => Promise<Answer>): Promise<Answer> {
  let clock: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    clock = setTimeout(() => reject(new Error(`no answer within ${milliseconds / 1000} s`)), milliseconds);
  });
  return Promise.race([ask(), late]).finally(() => clearTimeout(clock));
}
