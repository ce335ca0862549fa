/** As much of the registry's HTTP API as reading one small layer needs. In: an image by digest, and a login if there is one.
 *  Out: the bytes of its last layer, unpacked from gzip. Source: OCI Distribution Specification 1.1, "Pull"; Docker's
 *  "Token Authentication Specification" and its "OAuth2". */
import * as zlib from "node:zlib";
import { z } from "zod";

/** Far above the report that is read, far below a layer with a model in it. */
const LAYER_LIMIT_BYTES = 4 << 20;

const MANIFESTS = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
].join(", ");

const manifest = z.union([
  z.object({ layers: z.array(z.object({ digest: z.string(), size: z.number() })) }),
  z.object({
    manifests: z.array(
      z.object({ digest: z.string(), platform: z.object({ os: z.string(), architecture: z.string() }).optional() }),
    ),
  }),
]);

const tokenAnswer = z.object({ token: z.string().optional(), access_token: z.string().optional() });

/** The second is what a token server has given out once for all, in place of a password. */
export type Login = { readonly username: string; readonly password: string } | { readonly identityToken: string };

/** How the registry's token server calls who asks. */
const CLIENT = "triton-bert";

/** The last layer of `reference` (host/path@sha256:…), as a tar archive. */
export async function lastLayer(reference: string, login: Login | undefined, signal: AbortSignal): Promise<Buffer> {
  const [, host, path, digest] = /^([^/]+)\/(.+)@(sha256:[0-9a-f]{64})$/.exec(reference) ?? [];
  if (host === undefined || path === undefined || digest === undefined) throw new Error(`${reference} has no digest`);
  const registry = new Registry(`${scheme(host)}://${apiHost(host)}/v2/${path}`, login, signal);
  const layer = await registry.lastLayerOf(digest);
  if (layer.size > LAYER_LIMIT_BYTES) throw new Error(`the last layer has ${layer.size} bytes`);
  const bytes = Buffer.from(await (await registry.get(`blobs/${layer.digest}`)).arrayBuffer());
  const gzipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return gzipped ? zlib.gunzipSync(bytes, { maxOutputLength: LAYER_LIMIT_BYTES }) : bytes;
}

/** Docker talks http to registries on loopback only, unless told otherwise. */
function scheme(host: string): "http" | "https" {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(host) ? "http" : "https";
}

function apiHost(host: string): string {
  return host === "docker.io" ? "registry-1.docker.io" : host;
}

class Registry {
  private bearer: string | undefined;

  constructor(
    private readonly base: string,
    private readonly login: Login | undefined,
    private readonly signal: AbortSignal,
  ) {}

  async lastLayerOf(digest: string): Promise<{ digest: string; size: number }> {
    const found = manifest.parse(await (await this.get(`manifests/${digest}`)).json());
    if ("manifests" in found) {
      const ours = found.manifests.find(
        ({ platform }) => platform?.os === "linux" && platform.architecture === "amd64",
      );
      if (ours === undefined) throw new Error("has no image for linux/amd64");
      return this.lastLayerOf(ours.digest);
    }
    const layer = found.layers.at(-1);
    if (layer === undefined) throw new Error("has no layer");
    return layer;
  }

  /** Asks; when refused with a Bearer challenge, gets the token that it names and asks again. */
  async get(path: string): Promise<Response> {
    const first = await this.ask(path);
    const challenge = first.headers.get("www-authenticate") ?? "";
    if (first.status !== 401 || !/^bearer /i.test(challenge) || this.bearer !== undefined) return requireSuccess(first);
    this.bearer = await this.token(challenge);
    return requireSuccess(await this.ask(path));
  }

  private ask(path: string): Promise<Response> {
    const authorization = this.bearer === undefined ? basic(this.login) : { authorization: `Bearer ${this.bearer}` };
    return fetch(`${this.base}/${path}`, { headers: { accept: MANIFESTS, ...authorization }, signal: this.signal });
  }

  private async token(challenge: string): Promise<string> {
    const fields = new Map([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [key, value]));
    const url = new URL(fields.get("realm") ?? "");
    const wanted = { service: fields.get("service") ?? "", scope: fields.get("scope") ?? "" };
    const answer = requireSuccess(await fetch(...this.tokenRequest(url, wanted)));
    const { token, access_token } = tokenAnswer.parse(await answer.json());
    const bearer = token ?? access_token;
    if (bearer === undefined) throw new Error("the token server gave no token");
    return bearer;
  }

  private tokenRequest(url: URL, wanted: Record<string, string>): [URL, RequestInit] {
    if (this.login === undefined || !("identityToken" in this.login)) {
      for (const [key, value] of Object.entries(wanted)) url.searchParams.set(key, value);
      return [url, { headers: basic(this.login), signal: this.signal }];
    }
    const said = { grant_type: "refresh_token", refresh_token: this.login.identityToken, client_id: CLIENT };
    return [url, { method: "POST", body: new URLSearchParams({ ...said, ...wanted }), signal: this.signal }];
  }
}

/** An identity token is no password: only a token server takes it. */
function basic(login: Login | undefined): Record<string, string> {
  if (login === undefined || "identityToken" in login) return {};
  const pair = Buffer.from(`${login.username}:${login.password}`).toString("base64");
  return { authorization: `Basic ${pair}` };
}

function requireSuccess(response: Response): Response {
  if (!response.ok) throw new Error(`the registry answered HTTP ${response.status}`);
  return response;
}
