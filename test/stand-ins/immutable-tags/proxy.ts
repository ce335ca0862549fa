/** Stands before a registry and keeps its tags from being overwritten. In: the registry's address, and the certificates. Out: a server that is
 *  yet to listen. Source: OCI Distribution Specification 1.1, "Pushing Manifests". */
import { createHash } from "node:crypto";
import type * as http from "node:http";
import * as https from "node:https";
import { buffer } from "node:stream/consumers";

interface Certificates {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca: Buffer;
}

export function immutableTags(registry: URL, { cert, key, ca }: Certificates): https.Server {
  const send = (request: http.IncomingMessage, method = request.method, more: http.OutgoingHttpHeaders = {}) =>
    https.request(new URL(request.url ?? "", registry), { method, headers: { ...request.headers, ...more }, ca });

  /** What lies under the tag that a manifest shall get. */
  const digestThere = (request: http.IncomingMessage): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const alike = { accept: request.headers["content-type"], "content-length": 0 };
      const sent = send(request, "HEAD", alike).on("response", (answer) => {
        answer.resume();
        resolve(answer.statusCode === 200 ? answer.headers["docker-content-digest"] : undefined);
      });
      sent.on("error", reject).end();
    });

  const pass = (request: http.IncomingMessage, response: http.ServerResponse, body?: Buffer): void => {
    const sent = send(request).on("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    sent.on("error", () => response.destroy());
    if (body === undefined) request.pipe(sent);
    else sent.end(body);
  };

  return https.createServer({ cert, key }, async (request, response) => {
    const [, repository, tag] = /^\/v2\/(.+)\/manifests\/([^:]+)$/.exec(request.url ?? "") ?? [];
    if (request.method !== "PUT" || tag === undefined) return pass(request, response);
    const manifest = await buffer(request);
    const there = await digestThere(request);
    const digest = `sha256:${createHash("sha256").update(manifest).digest("hex")}`;
    if (there === undefined || there === digest) return pass(request, response, manifest);
    const message = `The image tag '${tag}' already exists in the '${repository}' repository and cannot be overwritten because the repository is immutable.`;
    response.writeHead(400, { "content-type": "application/json" });
    response.end(JSON.stringify({ errors: [{ code: "TAG_INVALID", message }] }));
  });
}
