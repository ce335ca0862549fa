/** A cluster of EKS: a kubeconfig without a key in it, the same on every machine; and what a person is told where AWS, its command line
 *  or the cluster stands in the way. */
import * as fs from "node:fs";
import * as path from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { apiServer } from "../../../components/kubernetes/apiClient";
import { type EksOptions, eksOptions, kubeconfig, requireEksAccess } from "../../../components/kubernetes/eks";
import { program } from "../../../components/stack/program";
import { ACCOUNT, changeAws, REGION } from "../aws";
import { type Made, run } from "../engine";
import { project, temporaryFolder } from "../image/world";
import { GOOD, HUB, setConfig } from "../stack/stack";

vi.mock("../../../components/image/dockerDaemon", () => ({ requireDockerDaemon: vi.fn() }));
vi.mock("../../../components/kubernetes/apiClient", async (original) => {
  const real = await original<typeof import("../../../components/kubernetes/apiClient")>();
  return { ...real, apiServer: vi.fn(real.apiServer) };
});

const answering = (status: number) => async () => ({ status, body: {} });
const ARN = `arn:aws:eks:${REGION}:${ACCOUNT}:cluster/ml-prod`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/deploy`;
const identity = { accountId: ACCOUNT, arn: `arn:aws:sts::${ACCOUNT}:assumed-role/AWSReservedSSO_ml_0123/ada` };

beforeEach(() => void vi.mocked(apiServer).mockResolvedValue(answering(200)));

/** What the program makes on this cluster. */
function made(eks: object = {}, config: object = {}): Promise<Made> {
  const cluster = { eks: { name: "ml-prod", region: REGION, ...eks } };
  setConfig({ ...GOOD, cluster, models: { a: { model: HUB } }, ...config });
  return run(program, project());
}

const refused = async (eks: object = {}, config: object = {}): Promise<string> =>
  made(eks, config).then(
    () => expect.fail("was not refused"),
    (problem: Error) => problem.message,
  );

const inputsOf = ({ registered }: Made, name: string) =>
  registered.find((resource) => resource.type.startsWith("pulumi:providers:") && resource.name === name)?.inputs;

describe("the program", () => {
  it("reaches the cluster that EKS names, by the AWS CLI with region, profile and role; no key, no path", async () => {
    const all = await made({ profile: "ml", role: ROLE, account: ACCOUNT });
    const { kubeconfig: text, ...inputs } = inputsOf(all, "cluster");
    expect(inputs).toEqual({ clusterIdentifier: ARN, enableServerSideApply: "true", enableSecretMutable: "true" });
    const { users, clusters, contexts, "current-context": current } = JSON.parse(text);
    expect(clusters).toEqual([
      {
        name: ARN,
        cluster: {
          server: "https://0123.gr7.eu-central-1.eks.amazonaws.com",
          "certificate-authority-data": "Q0E=",
        },
      },
    ]);
    expect(users[0].user).toEqual({
      exec: {
        apiVersion: "client.authentication.k8s.io/v1beta1",
        command: "aws",
        args: `--region ${REGION} --profile ml eks get-token --cluster-name ml-prod --output json --role-arn ${ROLE}`.split(
          " ",
        ),
        interactiveMode: "Never",
      },
    });
    expect([users[0].name, contexts[0].name, current]).toEqual([ARN, ARN, ARN]);
    for (const { type, provider } of all.registered)
      if (type.startsWith("kubernetes:")) expect(provider, type).toContain("::cluster::");
  });

  it("logs in by what test/aws runs with the real AWS CLI", async () => {
    const { kubeconfig: text } = inputsOf(await made({ profile: "ml", role: ROLE }), "cluster");
    const { exec } = JSON.parse(text).users[0].user;
    await expect(`${JSON.stringify(exec, null, 2)}\n`).toMatchFileSnapshot("eksExec.golden.json");
  });

  it("asks EKS with a provider of its own, whose account may be another one than the registry's", async () => {
    const { region, profile, assumeRoles } = inputsOf(await made({ profile: "ml", role: ROLE }), "eks");
    expect([region, profile, JSON.parse(assumeRoles)]).toEqual([REGION, "ml", [{ roleArn: ROLE }]]);
  });

  it("takes region and profile of the stack's config, never of the environment", async () => {
    vi.stubEnv("AWS_REGION", "us-east-1");
    vi.stubEnv("AWS_PROFILE", "mine");
    const said = { "aws:region": "eu-west-1", "aws:profile": "ours" };
    expect(inputsOf(await made({ region: undefined }, said), "eks")).toMatchObject({
      region: "eu-west-1",
      profile: "ours",
    });
    expect(await refused({ region: undefined })).toContain("triton-bert:cluster.eks.region: no region is said");
    vi.unstubAllEnvs();
  });

  it("watches the rollout at the same cluster", async () => {
    const all = await made();
    const seen = vi.mocked(apiServer).mock.calls.map(([access]) => access);
    expect(seen.length).toBeGreaterThan(0);
    for (const { kubeconfig: text } of seen) expect(text).toBe(inputsOf(all, "cluster").kubeconfig);
  });
});

describe("one line says", () => {
  it("whose account it is, where it is another one", async () => {
    expect(await refused({ account: "210987654321", profile: "ml" })).toMatch(
      /^triton-bert:cluster\.eks\.account \(got "210987654321"\): the credentials are of account 123456789012 \(.*\); log in to account 210987654321: aws sso login --profile ml/,
    );
  });

  it("where the cluster is not, with the command that shows which are there", async () => {
    changeAws({
      getCluster() {
        const said = "reading EKS Cluster (ml-prod): couldn't find resource";
        // What the engine's own errors have, and the SDK shows.
        throw Object.assign(new Error(said), { details: said });
      },
    });
    expect(await refused()).toBe(
      `triton-bert:cluster.eks.name (got "ml-prod"): account ${ACCOUNT} has no such cluster in ${REGION}; see: aws eks list-clusters --region ${REGION}`,
    );
  });

  it("that the cluster has no API server yet", async () => {
    changeAws({ getCluster: () => ({ arn: ARN, endpoint: "", status: "CREATING", certificateAuthorities: [] }) });
    expect(await refused()).toContain("its status is CREATING; wait: aws eks wait cluster-active --name ml-prod");
  });

  it("that the cluster does not know who asks, and how its owner lets them in", async () => {
    vi.mocked(apiServer).mockResolvedValue(answering(401));
    expect(await refused()).toBe(
      `triton-bert:cluster.eks: the cluster does not know ${identity.arn} (HTTP 401); who runs the cluster lets it in with: aws eks create-access-entry --cluster-name ml-prod --principal-arn "$(aws iam get-role --role-name AWSReservedSSO_ml_0123 --query Role.Arn --output text)" --region ${REGION}, and gives it rights as docs/aws.md says`,
    );
    expect(await refused({ role: ROLE })).toContain(`--principal-arn ${ROLE} --region`);
  });
});

/** With a real kubeconfig, and Kubernetes' own client that runs what it names. */
describe("the AWS CLI", () => {
  const options: EksOptions = eksOptions.parse({ name: "ml-prod", region: REGION, profile: "ml" });
  const cluster = {
    arn: ARN,
    endpoint: "https://127.0.0.1:1",
    status: "ACTIVE",
    certificateAuthorities: [{ data: "Q0E=" }],
  };

  async function said(aws?: string): Promise<string> {
    const { apiServer: real } = await vi.importActual<typeof import("../../../components/kubernetes/apiClient")>(
      "../../../components/kubernetes/apiClient",
    );
    const bin = temporaryFolder();
    if (aws !== undefined) fs.writeFileSync(path.join(bin, "aws"), `#!/bin/sh\n${aws}\n`, { mode: 0o755 });
    vi.stubEnv("PATH", bin);
    const connect = () => real({ identifier: ARN, kubeconfig: kubeconfig(options, cluster) });
    try {
      await requireEksAccess(options, identity, connect, (at) => at);
      return "";
    } catch (problem) {
      return (problem as Error).message;
    } finally {
      vi.unstubAllEnvs();
    }
  }

  it("that is missing is asked for", async () => {
    expect(await said()).toMatch(/^cluster\.eks: there is no program aws on PATH, .*; install the AWS CLI: https:/);
  });

  it("whose session has expired says how to log in", async () => {
    const words = "Error loading SSO Token: Token for acme does not exist";
    expect(await said(`echo '${words}' >&2; exit 255`)).toBe(
      "cluster.eks: the AWS session has expired; run: aws sso login --profile ml, or log in as you usually do",
    );
  });

  it("that logs in, to a cluster that can't be reached, is not blamed", async () => {
    const token = JSON.stringify({
      kind: "ExecCredential",
      apiVersion: "client.authentication.k8s.io/v1beta1",
      status: { token: "k8s-aws-v1.x" },
    });
    expect(await said(`echo '${token}'`)).toMatch(
      /^cluster\.eks: its API server does not answer: .*; an endpoint may be private, .*aws eks describe-cluster --name ml-prod/,
    );
  });
});
