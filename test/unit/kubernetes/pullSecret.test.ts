/** What pods pull with: made of the registry's login, or there already, or nothing. */
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import type { Credentials } from "../../../components/image/credentials";
import { registryOf, registryOptions } from "../../../components/image/registries/kinds";
import { plainPodTemplate, podTemplate } from "../../../components/kubernetes/pod";
import { planPullSecret, pullSecret } from "../../../components/kubernetes/pullSecret";
import { workload } from "../../../components/kubernetes/workload";
import { program } from "../image/world";
import { input, made, type Seen, site } from "./world";

const CREDENTIALS: Credentials = {
  robot: { username: "robot$ci+push", password: 'p:ä"\n' },
  reader: { username: "reader", password: "read" },
  pat: { token: "ghp" },
};

const plan = (generic: object, repository = "registry.example.com:5443/triton", credentials = CREDENTIALS) =>
  planPullSecret(
    site,
    registryOf(registryOptions.parse({ generic: { repository, ...generic } }), credentials, program("")),
  );

/** What the engine is told is secret comes wrapped. */
const opened = (value: unknown): unknown =>
  typeof value === "object" && value !== null && "value" in value ? value.value : value;

/** The Secrets that are made, and of the one its content. */
async function secrets(generic: object, repository?: string): Promise<{ seen: Seen[]; content: unknown }> {
  const seen = await made((owner) => void pullSecret(owner, site, plan(generic, repository)));
  const data = (opened(seen[0]?.inputs.data) ?? {}) as Record<string, unknown>;
  const text = Buffer.from(String(opened(data[".dockerconfigjson"]) ?? ""), "base64").toString();
  return { seen, content: text === "" ? undefined : JSON.parse(text) };
}

const auth = (login: string) => ({ auth: Buffer.from(login).toString("base64") });

describe("the pull secret", () => {
  it("is made of the credential that images are pushed with, as kubelets read it", async () => {
    const { seen, content } = await secrets({ credential: "robot" });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({
      type: "kubernetes:core/v1:Secret",
      name: "sentiment-pull-secret",
      inputs: { type: "kubernetes.io/dockerconfigjson", metadata: { name: "sentiment-pull", namespace: "ml-serving" } },
    });
    expect(content).toEqual({ auths: { "registry.example.com:5443": auth('robot$ci+push:p:ä"\n') } });
  });

  it.each([
    ["a token with a user beside it", { credential: "pat", username: "octocat" }, "octocat:ghp"],
    [
      "another credential, which may only pull",
      { credential: "robot", pullSecret: { credential: "reader" } },
      "reader:read",
    ],
    ["a credential, where Docker's own login pushes", { pullSecret: { credential: "reader" } }, "reader:read"],
  ])("is made of %s", async (_, generic, login) => {
    expect((await secrets(generic)).content).toEqual({ auths: { "registry.example.com:5443": auth(login) } });
  });

  it("has Docker Hub's login where clients look for it", async () => {
    const { content } = await secrets({ credential: "reader" }, "acme");
    expect(content).toEqual({ auths: { "https://index.docker.io/v1/": auth("reader:read") } });
  });

  it.each([
    ["nobody logs in", {}],
    ["the nodes do", { credential: "robot", pullSecret: { none: {} } }],
    ["there is one", { credential: "robot", pullSecret: { name: "regcred" } }],
  ])("is not made where %s", async (_, generic) => {
    expect((await secrets(generic)).seen).toEqual([]);
  });

  it("is a secret to the engine", async () => {
    let data: pulumi.Output<Record<string, string>> | undefined;
    await made((owner) => {
      data = pullSecret(owner, site, plan({ credential: "robot" }))[0]?.data;
    });
    expect(await pulumi.isSecret(data ?? expect.fail())).toBe(true);
  });
});

describe("the pod", () => {
  it("names the Secret that is made or there, and none otherwise", () => {
    const named = (generic: object) =>
      plainPodTemplate({ ...input, pullSecret: plan(generic)?.name }).spec.imagePullSecrets;
    expect(named({ credential: "robot" })).toEqual([{ name: "sentiment-pull" }]);
    expect(named({ pullSecret: { name: "regcred" } })).toEqual([{ name: "regcred" }]);
    expect(plainPodTemplate(input).spec).not.toHaveProperty("imagePullSecrets");
  });

  it("keeps it beside one that the user adds for an image of another registry", () => {
    const podOverrides = { spec: { imagePullSecrets: [{ name: "mirror" }] } };
    const { imagePullSecrets } = podTemplate({ ...input, pullSecret: "sentiment-pull", podOverrides }).spec;
    expect(imagePullSecrets).toEqual([{ name: "sentiment-pull" }, { name: "mirror" }]);
  });

  it("is the same with another password, and comes after the Secret", async () => {
    const withPassword = async (password: string) => {
      const credentials = { robot: { username: "robot", password } };
      const planned = plan({ credential: "robot" }, undefined, credentials);
      return made((owner) => {
        workload(owner, { ...input, pullSecret: planned?.name }, pullSecret(owner, site, planned));
      });
    };
    const [before, after] = [await withPassword("one"), await withPassword("two")];
    const changed = before.filter((child, index) => JSON.stringify(child) !== JSON.stringify(after[index]));
    expect(changed.map(({ name }) => name)).toEqual(["sentiment-pull-secret"]);
  });
});
