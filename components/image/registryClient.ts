/** As much of the registry's HTTP API as reading one small layer needs. In: an image by digest and by tag, and a login if there is one.
 *  Out: the bytes of its last layer, unpacked from gzip. Source: OCI Distribution Specification 1.1, "Pull" and "Error Codes"; Docker's
 *  "Token Authentication Specification" and its "OAuth2". */
import * as zlib from "node:zlib";
import { z } from "zod";
import { sha256 } from "../shared/canonicalJson";
import { type HttpAnswer, type HttpRequest, request } from "./httpClient";

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

/** What a registry says of an error in its own words; who stands before it says nothing of the kind. */
const errorAnswer = z.object({ errors: z.array(z.unknown()) });

const tokenAnswer = z.object({ token: z.string().optional(), access_token: z.string().optional() });

/** The second is what a token server has given out once for all, in place of a password. */
export type Login = { readonly username: string; readonly password: string } | { readonly identityToken: string };

/** How the registry's token server calls who asks. */
const CLIENT = "triton-bert";

/** How a registry is asked. */
export interface Access {
  readonly login?: Login | undefined;
  /** PEM of a private CA that may have signed its certificate. */
  readonly ca?: string | undefined;
  readonly signal: AbortSignal;
}

/** The registry itself says that it has no such image. */
export class ImageGone extends Error {}

/** The last layer of `reference` (host/path@sha256:…), as a tar archive. `tag`: of the same image, where it must be there too.
 *  @throws ImageGone where the registry has no longer what was pushed */
export async function lastLayer(reference: string, tag: string | undefined, access: Access): Promise<Buffer> {
  const [, repository, digest] = /^(.+)@(sha256:[0-9a-f]{64})$/.exec(reference) ?? [];
  if (repository === undefined || digest === undefined) throw new Error(`${reference} has no digest`);
  const host = serverOf(repository);
  const path = repository.startsWith(`${host}/`) ? repository.slice(host.length + 1) : repository;
  const registry = new Registry(`${apiUrl(host)}/v2/${path}`, access);
  // What a clean-up takes away is often the tag alone.
  const tagged = tag === undefined ? undefined : await registry.get(`manifests/${tag}`);
  const layer = await registry.lastLayerOf(digest, tagged);
  if (layer.size > LAYER_LIMIT_BYTES) throw new Error(`the last layer has ${layer.size} bytes`);
  const bytes = await registry.get(`blobs/${layer.digest}`);
  const gzipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return gzipped ? zlib.gunzipSync(bytes, { maxOutputLength: LAYER_LIMIT_BYTES }) : bytes;
}

/** The first part of a reference is a host only if it looks like one; otherwise the reference is on Docker Hub. */
export function serverOf(repository: string): string {
  const [first = ""] = repository.split("/");
  return /[.:]/.test(first) || first === "localhost" ? first : "docker.io";
}

/** Where a registry's API is asked. */
export const apiUrl = (host: string): string => `${scheme(host)}://${apiHost(host)}`;

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
    private readonly access: Access,
  ) {}

  /** `read`: a manifest that may be the same one, for some registries count each. */
  async lastLayerOf(digest: string, read?: Buffer): Promise<{ digest: string; size: number }> {
    const known = read !== undefined && `sha256:${sha256(read)}` === digest ? read : undefined;
    const found = manifest.parse(parsed(known ?? (await this.get(`manifests/${digest}`))));
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
  async get(path: string): Promise<Buffer> {
    const first = await this.ask(path);
    const challenge = first.headers["www-authenticate"] ?? "";
    if (first.status !== 401 || !/^bearer /i.test(challenge) || this.bearer !== undefined) return requireSuccess(first);
    this.bearer = await this.token(challenge);
    return requireSuccess(await this.ask(path));
  }

  private ask(path: string): Promise<HttpAnswer> {
    const { login } = this.access;
    const authorization = this.bearer === undefined ? basic(login) : { authorization: `Bearer ${this.bearer}` };
    return this.send(new URL(`${this.base}/${path}`), { headers: { accept: MANIFESTS, ...authorization } });
  }

  private send(url: URL, more: Partial<HttpRequest>): Promise<HttpAnswer> {
    const { ca, signal } = this.access;
    return request(url, { ca, signal, limitBytes: LAYER_LIMIT_BYTES, ...more });
  }

  private async token(challenge: string): Promise<string> {
    const fields = new Map([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [key, value]));
    const url = new URL(fields.get("realm") ?? "");
    const wanted = { service: fields.get("service") ?? "", scope: fields.get("scope") ?? "" };
    const answer = await this.send(...this.tokenRequest(url, wanted));
    const { token, access_token } = tokenAnswer.parse(parsed(requireSuccess(answer)));
    const bearer = token ?? access_token;
    if (bearer === undefined) throw new Error("the token server gave no token");
    return bearer;
  }

  private tokenRequest(url: URL, wanted: Record<string, string>): [URL, Partial<HttpRequest>] {
    const { login } = this.access;
    if (login === undefined || !("identityToken" in login)) {
      for (const [key, value] of Object.entries(wanted)) url.searchParams.set(key, value);
      return [url, { headers: basic(login) }];
    }
    const said = { grant_type: "refresh_token", refresh_token: login.identityToken, client_id: CLIENT };
    const body = new URLSearchParams({ ...said, ...wanted }).toString();
    return [url, { method: "POST", headers: { "content-type": "application/x-www-form-urlencoded" }, body }];
  }
}

/** An identity token is no password: only a token server takes it. */
function basic(login: Login | undefined): Record<string, string> {
  if (login === undefined || "identityToken" in login) return {};
  const pair = Buffer.from(`${login.username}:${login.password}`).toString("base64");
  return { authorization: `Basic ${pair}` };
}

function requireSuccess({ status, body }: HttpAnswer): Buffer {
  if (status >= 200 && status < 300) return body;
  const told = `the registry answered HTTP ${status}`;
  throw status === 404 && isRegistrysOwn(body) ? new ImageGone(told) : new Error(told);
}

function isRegistrysOwn(body: Buffer): boolean {
  try {
    return errorAnswer.safeParse(parsed(body)).success;
  } catch {
    return false;
  }
}

const parsed = (body: Buffer): unknown => JSON.parse(body.toString("utf8"));
