/** What a stack does with what the build of an image has found out about the model. */
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { TritonBertService as Service } from "../../components/tritonBertService";
import { DIGEST, run } from "./engine";
import { tar } from "./image/archive";
import { project } from "./image/world";

/** A registry in which the last layer of the image has this verdict. */
async function registry(verdict: object): Promise<string> {
  const gate = { maxLogitDifference: 0.001 };
  const quality = { maxLogitDifference: 0, labelAgreement: 1, texts: 24, gate, versions: {} };
  const layer = tar({
    "opt/triton-bert/verdict.json": JSON.stringify(verdict),
    "opt/triton-bert/quality.json": JSON.stringify(quality),
  });
  const manifest = JSON.stringify({ layers: [{ digest: `sha256:${"1".repeat(64)}`, size: layer.length }] });
  const server = http.createServer(({ url }, response) => {
    response.end(url?.endsWith(`/manifests/${DIGEST}`) ? manifest : layer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}/triton`;
}

describe("a model that is served with a warning", () => {
  it("is deployed, and the service says so once, where the user wrote the option", async () => {
    const warning = { path: ["maxLength"], text: "the model takes 8192 tokens" };
    const args = {
      model: { local: { path: "models/emotion" } },
      server: { pypi: {} },
      registry: { generic: { repository: await registry({ problems: [], warnings: [warning] }) } },
      namespace: "ml",
    };
    const { registered, warnings } = await run(() => void new Service("mood", args), project(), false);
    expect(registered.filter(({ type }) => type.endsWith(":Deployment"))).toHaveLength(1);
    const said = warnings.filter((text) => text.includes("8192"));
    expect(said).toEqual(["mood: mood.serving.maxLength: the model takes 8192 tokens"]);
  });
});
