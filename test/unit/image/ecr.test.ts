/** ECR: what is made for a model, in the order that it is needed; and what a person is told where AWS stands in the way. */
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it, vi } from "vitest";
import type { TritonBertServiceArgs } from "../../../components/args";
import { EcrClient, ecrOptions, ecrRegistry } from "../../../components/image/registries/ecr";
import { ConfigError } from "../../../components/shared/problems";
import { TritonBertService } from "../../../components/tritonBertService";
import { ACCOUNT, changeAws, REGION, TOKEN } from "../aws";
import { type Made, type Registered, run } from "../engine";
import { project } from "./world";

const PROGRAM = { organization: "acme", project: "shop", stack: "dev", projectFolder: "/nowhere" };
const HOST = `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com`;

const args = (ecr: object): TritonBertServiceArgs => ({
  model: { local: { path: "models/emotion" } },
  registry: { ecr: { account: ACCOUNT, region: REGION, prefix: "triton", ...ecr } },
  server: { pypi: {} },
});

const made = (ecr: object = {}, names = ["sentiment"]): Promise<Made> =>
  run(() => {
    for (const name of names) new TritonBertService(name, args(ecr));
  }, project());

const of = (type: string, { registered }: Made): Registered[] =>
  registered.filter((resource) => resource.type === type);
const repositories = (all: Made) => of("aws:ecr/repository:Repository", all);

/** What `up` ends with. Asked of the client alone: under Pulumi's mocks a resource whose input fails never ends. */
async function refused(ecr: object = {}): Promise<string> {
  const options = ecrOptions.parse({ account: ACCOUNT, region: REGION, prefix: "triton", ...ecr });
  const at = ["sentiment", "registry", "ecr"];
  let said = "was not refused";
  await run(async () => {
    const resource = new pulumi.ComponentResource("test:index:Owner", "sentiment");
    const client = new EcrClient(options, REGION, undefined, { name: "sentiment", resource }, at);
    await client.checked("triton/tritoned_sentiment", client.ask()).catch((problem: Error) => {
      said = problem.message;
    });
  }, project());
  return said;
}

describe("a model's repository", () => {
  it("is a child of the service, named after the model, with scans and tags that stay what they are", async () => {
    const [repository] = repositories(await made());
    expect(repository).toMatchObject({ name: "sentiment-repository", parent: "sentiment" });
    expect(repository?.inputs).toEqual({
      name: "triton/tritoned_sentiment",
      region: REGION,
      forceDelete: false,
      imageScanningConfiguration: { scanOnPush: true },
      imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
      imageTagMutabilityExclusionFilters: [{ filter: "onnx-*", filterType: "WILDCARD" }],
      encryptionConfigurations: [{ encryptionType: "AES256" }],
    });
  });

  it("is there before its images are pushed, under a name that a preview knows", async () => {
    const images = of("docker:index/image:Image", await made());
    expect(images).toHaveLength(2);
    for (const { inputs, dependsOn } of images) {
      expect(inputs.imageName).toMatch(new RegExp(`^${HOST}/triton/tritoned_sentiment:`));
      expect(inputs.registry).toMatchObject({ server: HOST, username: "AWS" });
      expect(dependsOn).toContain("sentiment-repository");
    }
  });

  it("is never replaced for its encryption", async () => {
    const [repository] = repositories(await made({ encryption: { kms: {} } }));
    expect(repository?.inputs.encryptionConfigurations).toEqual([{ encryptionType: "KMS" }]);
    expect(repository?.ignoreChanges).toEqual(["encryptionConfigurations"]);
  });

  it("loses images without a tag alone, and only where what runs keeps its own", async () => {
    const [policy] = of("aws:ecr/lifecyclePolicy:LifecyclePolicy", await made({ untaggedDays: 14 }));
    expect(policy?.dependsOn).toEqual(["sentiment-repository"]);
    const { rules } = JSON.parse(policy?.inputs.policy);
    expect(rules).toHaveLength(1);
    expect(rules[0].selection).toMatchObject({ tagStatus: "untagged", countNumber: 14, countUnit: "days" });
    const wrong = made({ untaggedDays: 14, immutableTags: false });
    await expect(wrong).rejects.toThrow(/registry\.ecr\.untaggedDays \(got 14\): without immutableTags/);
  });

  it("is, with its policy, what test/aws holds against the service's own model", async () => {
    const all = await made({ untaggedDays: 14 });
    const [repository] = repositories(all);
    const [policy] = of("aws:ecr/lifecyclePolicy:LifecyclePolicy", all);
    const golden = { repository: repository?.inputs, lifecyclePolicy: policy?.inputs.policy };
    await expect(`${JSON.stringify(golden, null, 2)}\n`).toMatchFileSnapshot("ecr.golden.json");
  });

  it("has no policy where nothing is said of one", async () => {
    expect(of("aws:ecr/lifecyclePolicy:LifecyclePolicy", await made())).toEqual([]);
  });

  it("is refused for a key that is no name there, before anything is made", async () => {
    const wrong = made({}, ["senti--ment"]);
    await expect(wrong).rejects.toBeInstanceOf(ConfigError);
    await expect(made({}, ["senti--ment"])).rejects.toThrow(/senti--ment: ECR takes no repository of the name/);
  });
});

class Telling extends pulumi.ComponentResource {
  tell(outputs: pulumi.Inputs): void {
    this.registerOutputs(outputs);
  }
}

describe("the login", () => {
  it("is asked for once for all models, and is a secret wherever it goes", async () => {
    let asked = 0;
    changeAws({ getAuthorizationToken: () => ({ userName: "AWS", password: `${TOKEN}-${++asked}` }) });
    const registry = ecrRegistry(ecrOptions.parse({ account: ACCOUNT, region: REGION }), PROGRAM, ["registry", "ecr"]);
    const seen = await run(() => {
      for (const name of ["a", "b"]) {
        const resource = new Telling("test:index:Owner", name);
        const { login } = registry.open?.({ name, resource }, name, (path) => path) ?? expect.fail("can't be opened");
        resource.tell({ password: login.password });
      }
    }, project());
    expect(asked).toBe(1);
    expect(Object.keys(seen.outputs)).toEqual(["a", "b"]);
    const images = of("docker:index/image:Image", await made());
    expect(images).toHaveLength(2);
    for (const { inputs } of images) expect(pulumi.runtime.isRpcSecret(inputs.registry.password)).toBe(true);
  });
});

describe("what AWS refuses is one line", () => {
  it("another account, by both numbers", async () => {
    expect(await refused({ account: "210987654321" })).toBe(
      `sentiment.registry.ecr.account (got "210987654321"): the credentials are of account ${ACCOUNT} (arn:aws:sts::${ACCOUNT}:assumed-role/AWSReservedSSO_ml_0123/ada); log in to account 210987654321: aws sso login, or log in as you usually do`,
    );
  });

  it("another encryption than the repository has", async () => {
    changeAws({ getRepositories: () => ({ names: ["triton/tritoned_sentiment"] }) });
    expect(await refused({ encryption: { kms: {} } })).toMatch(
      /^sentiment\.registry\.ecr\.encryption: the repository triton\/tritoned_sentiment is encrypted otherwise \(\{ aes256: \{\} \}\), which can't be changed/,
    );
    expect(await refused()).toBe("was not refused");
  });

  it.each([
    [
      "operation error STS: GetCallerIdentity, ExpiredToken: The security token included in the request is expired",
      "the AWS session has expired; run: aws sso login",
    ],
    [
      "failed to refresh cached credentials, no EC2 IMDS role found",
      "there are no AWS credentials here; run: aws sso login",
    ],
    [
      "failed to get shared config profile, nobody",
      "there is no AWS profile nobody on this machine; run: aws configure sso --profile nobody",
    ],
    [
      "User: arn:aws:iam::1:user/ci is not authorized to perform: sts:AssumeRole on resource: x",
      "the credentials do not allow sts:AssumeRole; add it to their policy",
    ],
    ["something new\nwith a second line", "AWS could not be asked: "],
  ])("%s", async (said, told) => {
    changeAws({
      getCallerIdentity() {
        // What the engine's own errors have, and the SDK shows.
        throw Object.assign(new Error(said), { details: said });
      },
    });
    const text = await refused();
    expect(text).toContain(`sentiment.registry.ecr: ${told}`);
    expect(text.split("\n")).toHaveLength(1);
  });
});

describe("the region", () => {
  const at = ["registry", "ecr"];
  const registry = (options: object, region?: string) =>
    ecrRegistry(ecrOptions.parse({ account: ACCOUNT, ...options }), { ...PROGRAM, aws: { region } }, at);

  it("is the stack's where the registry says none; China has another domain", () => {
    expect(registry({}, "eu-west-1").server).toBe(`${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com`);
    expect(registry({ region: "us-east-2" }, "eu-west-1").server).toBe(`${ACCOUNT}.dkr.ecr.us-east-2.amazonaws.com`);
    expect(registry({}, "cn-north-1").server).toBe(`${ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com.cn`);
  });

  it("that nobody says is refused, whatever the environment of this machine has", async () => {
    vi.stubEnv("AWS_REGION", "eu-west-1");
    const wrong = run(() => void new TritonBertService("sentiment", args({ region: undefined })), project());
    await expect(wrong).rejects.toThrow(
      /sentiment\.registry\.ecr\.region: no region is said; set it, or for the whole/,
    );
    vi.unstubAllEnvs();
  });
});
