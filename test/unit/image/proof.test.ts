import { createHash } from "node:crypto";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as zlib from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { readProof } from "../../../components/image/proof";
import { LostImage } from "../../../components/image/registryFaults";
import { fileInTar } from "../../../components/image/tar";
import { Refusal } from "../../../components/image/verdict";
import { warned } from "../told";
import { tar } from "./archive";

const REPORT = {
  maxLogitDifference: 1.2e-6,
  labelAgreement: 1,
  texts: 24,
  gate: { maxLogitDifference: 0.001 },
  versions: { torch: "2.9.1", opset: 18 },
};

const QUALITY = {
  maxLogitDifference: 1.2e-6,
  labelAgreement: 1,
  texts: 24,
  maxLogitDifferenceAllowed: 0.001,
  versions: { torch: "2.9.1", opset: "18" },
};

const READ = { problems: [], warnings: [], quality: QUALITY };

const TAG = "latest-0123456789ab";

const LOGIN = { username: "ci", password: "s3cret" };
const BASIC = `Basic ${Buffer.from("ci:s3cret").toString("base64")}`;

const digest = (bytes: Buffer | string): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

type Gate = (request: http.IncomingMessage, response: http.ServerResponse, base: string) => boolean;

/** A registry with one image, whose last layer is `layer`; `gate` answers itself and returns false, or lets pass. */
async function registry(layer: Buffer, gate: Gate = () => true, index = false): Promise<string> {
  const layers = [
    { digest: `sha256:${"0".repeat(64)}`, size: 90_000_000 },
    { digest: digest(layer), size: layer.length },
  ];
  const image = JSON.stringify({ schemaVersion: 2, layers });
  const platform = { os: "linux", architecture: "amd64" };
  const attestation = { digest: digest("attestation"), platform: { os: "unknown", architecture: "unknown" } };
  const list = JSON.stringify({ schemaVersion: 2, manifests: [attestation, { digest: digest(image), platform }] });
  const top = index ? list : image;
  const content = new Map<string, Buffer | string>([
    [`/v2/triton/x/manifests/${TAG}`, top],
    [`/v2/triton/x/manifests/${digest(top)}`, top],
    [`/v2/triton/x/manifests/${digest(image)}`, image],
    [`/v2/triton/x/blobs/${digest(layer)}`, layer],
  ]);
  const server = http.createServer((request, response) => {
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    if (!gate(request, response, base)) return;
    const found = content.get(request.url ?? "");
    response.writeHead(found === undefined ? 404 : 200).end(found);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}/triton/x@${digest(top)}`;
}

/** A last layer with these problems. */
const layerWith = (problems: object[], quality: object = REPORT, more: object = {}) =>
  tar({
    "opt/triton-bert/golden.json": "{}",
    "opt/triton-bert/quality.json": JSON.stringify(quality),
    "opt/triton-bert/verdict.json": JSON.stringify({ problems, ...more }),
  });
const layer = zlib.gzipSync(layerWith([]));
const unknown = (reason: string) => {
  const unreadable = expect.stringContaining(reason);
  return { problems: [], warnings: [], quality: { unavailable: unreadable }, unreadable };
};

describe("the proof", () => {
  it("has the figures of a graph that rounds, and none of one that does not", async () => {
    const withGraph = (graph: object) =>
      tar({
        "opt/triton-bert/quality.json": JSON.stringify(REPORT),
        "opt/triton-bert/verdict.json": '{"problems": []}',
        "opt/triton-bert/graph.json": JSON.stringify(graph),
      });
    const quality = async (graph: object) => (await readProof(await registry(withGraph(graph)), undefined, {})).quality;
    const fp16 = { precision: "fp16", attention: "fused", moved: 1e-7, agreement: 0.9986, texts: 712, scores: 0.002 };
    const rounded = { precision: "fp16", labelAgreement: 0.9986, texts: 712 };
    expect(await quality(fp16)).toEqual({ ...QUALITY, rounded });
    expect(await quality({ precision: "fp32", padding: "none", moved: 1e-7 })).toEqual(QUALITY);
  });

  it("is read from the last layer of the server image", async () => {
    expect(await readProof(await registry(layer), undefined, {})).toEqual(READ);
  });

  it("is found behind an index too, past an attestation", async () => {
    expect(await readProof(await registry(layer, undefined, true), undefined, {})).toEqual(READ);
  });

  it("is read with a password where the registry asks for one", async () => {
    const gate: Gate = ({ headers }, response) => {
      if (headers.authorization === BASIC) return true;
      response.writeHead(401, { "www-authenticate": 'Basic realm="registry"' }).end();
      return false;
    };
    const reference = await registry(layer, gate);
    expect(await readProof(reference, undefined, { login: LOGIN })).toEqual(READ);
    expect(await readProof(reference, undefined, {})).toEqual(unknown("HTTP 401"));
  });

  it("is read with a token where the registry names a token server", async () => {
    const gate: Gate = ({ url, headers }, response, base) => {
      if (url?.startsWith("/token")) {
        const asked = new URL(url, base).searchParams;
        const right = headers.authorization === BASIC && asked.get("scope") === "repository:triton/x:pull";
        response.writeHead(right ? 200 : 403).end(JSON.stringify({ token: "bear" }));
        return false;
      }
      if (headers.authorization === "Bearer bear") return true;
      const challenge = `Bearer realm="${base}/token",service="r",scope="repository:triton/x:pull"`;
      response.writeHead(401, { "www-authenticate": challenge }).end();
      return false;
    };
    expect(await readProof(await registry(layer, gate), undefined, { login: LOGIN })).toEqual(READ);
  });

  it("is read with an identity token, which the token server alone gets to see", async () => {
    const gate: Gate = (request, response, base) => {
      if (request.url === "/token" && request.method === "POST") {
        let body = "";
        request.on("data", (chunk) => {
          body += chunk;
        });
        request.on("end", () => {
          const said = Object.fromEntries(new URLSearchParams(body));
          const wanted = { grant_type: "refresh_token", refresh_token: "identity", service: "r" };
          const right = Object.entries(wanted).every(([key, value]) => said[key] === value) && said.client_id !== "";
          const scoped = said.scope === "repository:triton/x:pull";
          response.writeHead(right && scoped ? 200 : 403).end(JSON.stringify({ access_token: "bear" }));
        });
        return false;
      }
      if (request.headers.authorization === "Bearer bear") return true;
      const challenge = `Bearer realm="${base}/token",service="r",scope="repository:triton/x:pull"`;
      const asked = request.headers.authorization === undefined;
      response.writeHead(asked ? 401 : 400, { "www-authenticate": challenge }).end();
      return false;
    };
    expect(await readProof(await registry(layer, gate), undefined, { login: { identityToken: "identity" } })).toEqual(
      READ,
    );
  });

  it.each([
    ["another layer comes last", zlib.gzipSync(tar({ "model.onnx": "x" })), "holds no opt/triton-bert/verdict.json"],
    ["it has another form", layerWith([], {}), "not in the form"],
    ["a problem has", layerWith([{ path: "labels" }]), "not in the form"],
  ])("says why it is unknown when %s", async (_, bytes, expected) => {
    expect(await readProof(await registry(bytes), undefined, {})).toEqual(unknown(expected));
  });

  it("is read where the tag is there too, the image's manifest only once", async () => {
    const asked: string[] = [];
    const gate: Gate = ({ url = "" }) => asked.push(url) > 0;
    expect(await readProof(await registry(layer, gate), TAG, {})).toEqual(READ);
    expect(asked.filter((url) => url.includes("manifests"))).toEqual([`/v2/triton/x/manifests/${TAG}`]);
  });

  it("is read by its digest where somebody has moved the tag", async () => {
    const gate: Gate = ({ url = "" }, response) => {
      if (url.endsWith(TAG)) response.end(JSON.stringify({ schemaVersion: 2, layers: [] }));
      return !url.endsWith(TAG);
    };
    expect(await readProof(await registry(layer, gate), TAG, {})).toEqual(READ);
  });

  /** Answers 404 to what ends so. */
  const without =
    (end: RegExp, body: string): Gate =>
    ({ url = "" }, response) => {
      if (end.test(url)) response.writeHead(404).end(body);
      return !end.test(url);
    };
  const says = (code: string) => JSON.stringify({ errors: [{ code, message: "gone" }] });

  it.each([
    ["tag", new RegExp(`${TAG}$`), says("MANIFEST_UNKNOWN")],
    ["manifest, in Harbor's words", /manifests\/sha256:/, says("NOT_FOUND")],
    ["repository", /x\/manifests/, says("NAME_UNKNOWN")],
    ["layer", /blobs\//, says("BLOB_UNKNOWN")],
  ])("is gone where the registry says that it has lost the %s", async (what, end, body) => {
    const tag = what === "tag" ? TAG : undefined;
    const found = await readProof(await registry(layer, without(end, body)), tag, {});
    expect(found).toEqual({ ...unknown("HTTP 404"), gone: true });
  });

  it("is not gone where only somebody before the registry says 404", async () => {
    const gate = without(/manifests/, "<html>Not Found</html>");
    expect(await readProof(await registry(layer, gate), TAG, {})).toEqual(unknown("HTTP 404"));
  });

  it("that is gone is told by the image's name, with the way out at the model's option", () => {
    const imageName = `registry.example.com/triton/x:${TAG}`;
    const locate = (path: readonly PropertyKey[]) => ["triton-bert:models", "mood", ...path];
    const { message } = new LostImage("mood", { imageName, attempt: 1, locate }, undefined);
    expect(message).toContain(`the registry no longer has ${imageName}, the server image of the model mood`);
    expect(message).toContain("set triton-bert:models.mood.image.attempt to 2,");
  });

  it("says why it is unknown when no registry is there", async () => {
    const reference = `127.0.0.1:1/triton/x@sha256:${"0".repeat(64)}`;
    const { unreadable } = await readProof(reference, undefined, { login: LOGIN });
    expect(unreadable).toMatch(/could not be read/);
    expect(unreadable).not.toContain(LOGIN.password);
  });

  it("says what is wrong with the model, at the options of it", async () => {
    const because = "is wrong";
    const problems = [
      { path: ["examples", 1], because, remedy: "correct it" },
      { path: ["maxLength"], because, remedy: "" },
      { path: ["labels", "2"], because, remedy: "" },
    ];
    const found = await readProof(await registry(layerWith(problems)), undefined, {});
    expect(found.problems.map(({ path }) => path)).toEqual([["examples", 1], ["serving", "maxLength"], ["labels"]]);
    const refusal = new Refusal("mood", found.problems, undefined, (path) => ["triton-bert:models", "mood", ...path]);
    const text = [
      "the model mood is refused; nothing of it was changed in the cluster:",
      "  - triton-bert:models.mood.examples[1]: is wrong; correct it",
      "  - triton-bert:models.mood.serving.maxLength: is wrong",
      "  - triton-bert:models.mood.labels: is wrong",
    ].join("\n");
    // What the SDK does with an error on its way.
    refusal.message = `error serializing property "outputs": ${refusal.message}`;
    expect(refusal.message).toBe(text);
  });

  it("says what the build warns of, at the options of it", async () => {
    const warnings = [
      { path: ["maxLength"], text: "the model takes 8192 tokens" },
      { path: ["tokenizer"], text: "adds no special tokens" },
    ];
    const found = await readProof(await registry(layerWith([], REPORT, { warnings })), undefined, {});
    expect(found.problems).toEqual([]);
    expect(warned(found.warnings)).toEqual([
      "models.sentiment.serving.maxLength: the model takes 8192 tokens",
      "models.sentiment.tokenizer: adds no special tokens",
    ]);
  });

  it("is found behind other files of the archive", () => {
    const archive = tar({ "./a": "x".repeat(600), "./quality.json": "{}" });
    expect(fileInTar(archive, "quality.json").toString()).toBe("{}");
  });
});
