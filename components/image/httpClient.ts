/** HTTP as a registry is asked: like `fetch`, which can't be told of a private CA. In: a request, and the CA if there is one. Out: status,
 *  headers and body. Redirects are followed, for registries keep layers elsewhere; a login goes to nobody else. Source: Fetch standard,
 *  "HTTP-redirect fetch". */
import * as http from "node:http";
import * as https from "node:https";
import * as tls from "node:tls";

const MOST_REDIRECTS = 5;

export interface HttpRequest {
  readonly method?: "GET" | "HEAD" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** PEM; trusted beside what Node trusts. */
  readonly ca?: string | undefined;
  /** A body beyond it is an error. */
  readonly limitBytes: number;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Rejects where there is no answer. */
export async function request(url: URL, asked: HttpRequest, redirects = MOST_REDIRECTS): Promise<HttpAnswer> {
  const answer = await once(url, asked).catch((problem: unknown) => {
    // what has run out is more than that something was aborted
    throw asked.signal.aborted ? asked.signal.reason : problem;
  });
  const { location } = answer.headers;
  if (![301, 302, 303, 307, 308].includes(answer.status) || location === undefined) return answer;
  if (redirects === 0) throw new Error("redirects too often");
  const next = new URL(location, url);
  if (url.protocol === "https:" && next.protocol !== "https:") throw new Error("redirects to plain http");
  const { authorization, ...headers } = asked.headers ?? {};
  const kept = next.origin === url.origin && authorization !== undefined ? { ...headers, authorization } : headers;
  return request(next, { ...asked, headers: kept }, redirects - 1);
}

function once(url: URL, { method = "GET", headers, body, ca, limitBytes, signal }: HttpRequest): Promise<HttpAnswer> {
  const trusted = ca === undefined ? {} : { ca: [...trustedByNode(), ca] };
  const options: https.RequestOptions = { method, headers: { ...headers }, signal, ...trusted };
  return new Promise((resolve, reject) => {
    const answered = (response: http.IncomingMessage): void => {
      collect(response, limitBytes).then(
        (bytes) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes }),
        reject,
      );
    };
    const sent =
      url.protocol === "http:" ? http.request(url, options, answered) : https.request(url, options, answered);
    sent.on("error", reject);
    sent.end(body);
  });
}

async function collect(response: http.IncomingMessage, limit: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > limit) throw new Error(`an answer has more than ${limit} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** A CA that is said replaces all others, those of NODE_EXTRA_CA_CERTS among them; before 22.15 Node can't tell these. */
function trustedByNode(): readonly string[] {
  const all: Partial<Pick<typeof tls, "getCACertificates">> = tls;
  return all.getCACertificates?.("default") ?? tls.rootCertificates;
}
