import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, describe, expect, it, vi } from "vitest";
import { clusterProvider, contextProblems } from "../../../components/kubernetes/cluster";

const folder = mkdtempSync(join(tmpdir(), "kubeconfig-"));
afterAll(() => rmSync(folder, { recursive: true }));

function kubeconfig(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}
const contexts = (...names: string[]) => `contexts:\n${names.map((name) => `- name: ${name}\n`).join("")}`;
const one = kubeconfig("one", contexts("triton-bert-sandbox"));
const two = kubeconfig("two", contexts("ml-prod", "ml-test"));
const problems = (context: string, KUBECONFIG: string) => contextProblems(context, { KUBECONFIG });

describe("a context", () => {
  it("is looked for in every file of KUBECONFIG, those that are missing left out", () => {
    const files = [one, join(folder, "missing"), two].join(delimiter);
    expect(["triton-bert-sandbox", "ml-test"].flatMap((context) => problems(context, files))).toEqual([]);
  });

  it("that is missing is refused with those there are, and the likeliest", () => {
    expect(problems("ml-prd", [one, two].join(delimiter))).toEqual([
      {
        path: ["cluster", "context"],
        got: "ml-prd",
        because: `the kubeconfig (${one}, ${two}) has no such context; it holds ml-prod, ml-test, triton-bert-sandbox`,
        remedy: "did you mean ml-prod?",
      },
    ]);
  });

  it("is looked for in ~/.kube/config without KUBECONFIG", () => {
    expect(contextProblems("ml-prod", { HOME: folder })[0]?.because).toContain(join(folder, ".kube", "config"));
  });

  it.each([
    ["no YAML", "contexts: [\n"],
    ["no kubeconfig", "contexts: 3\n"],
  ])("is not found in a file that is %s", (name, text) => {
    expect(problems("ml-prod", kubeconfig(name, text))[0]?.because).toContain("is no kubeconfig");
  });

  it("is not found in an empty kubeconfig", () => {
    expect(problems("ml-prod", kubeconfig("empty", "contexts: null\n"))[0]?.because).toContain("it holds none");
  });
});

describe("the provider", () => {
  it("has inputs that are the same on every machine: no path and no content of a kubeconfig", async () => {
    const seen: Record<string, unknown>[] = [];
    await pulumi.runtime.setMocks({
      newResource: ({ name, inputs }) => {
        seen.push(inputs);
        return { id: `${name}-id`, state: inputs };
      },
      call: ({ inputs }) => inputs,
    });
    vi.stubEnv("KUBECONFIG", "/home/somebody/.kube/config");
    const provider = clusterProvider({ identifier: "ml-prod", context: "ml-prod", kubeconfig: "" });
    vi.unstubAllEnvs();
    await new Promise((resolve) => provider.urn.apply(resolve));
    await pulumi.runtime.disconnect();
    expect(seen).toEqual([
      {
        context: "ml-prod",
        clusterIdentifier: "ml-prod",
        kubeconfig: "",
        enableServerSideApply: "true",
        enableSecretMutable: "true",
      },
    ]);
  });
});
