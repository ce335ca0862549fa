import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type HttpRequest, request } from "../../../components/image/httpClient";
import { temporaryFolder } from "./world";

const asked = (more: Partial<HttpRequest> = {}): HttpRequest => ({
  limitBytes: 1000,
  signal: AbortSignal.timeout(5000),
  ...more,
});

/** Listens until the test ends; its address. */
async function serving(server: http.Server, scheme = "http"): Promise<URL> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return new URL(`${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

/** A server that answers with the login that it was shown. */
const echo = (): http.Server =>
  http.createServer(({ headers }, response) => response.end(headers.authorization ?? "no login"));

describe("a request", () => {
  it("trusts a private CA where it is told of it, and nowhere else", async () => {
    const folder = temporaryFolder();
    const [key, crt] = [path.join(folder, "tls.key"), path.join(folder, "tls.crt")];
    const names = ["-subj", "/CN=registry", "-addext", "subjectAltName=IP:127.0.0.1"];
    const made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
    execFileSync("openssl", [...made, ...names, "-keyout", key, "-out", crt], { stdio: "ignore" });
    const tls = { key: fs.readFileSync(key), cert: fs.readFileSync(crt) };
    const url = await serving(
      https.createServer(tls, (_, response) => response.end("over TLS")),
      "https",
    );
    const ca = fs.readFileSync(crt, "utf8");
    expect((await request(url, asked({ ca }))).body.toString()).toBe("over TLS");
    await expect(request(url, asked())).rejects.toMatchObject({ code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
  });

  it("shows its login to the host that it asks, and to none that it is sent on to", async () => {
    const elsewhere = await serving(echo());
    const server = http.createServer(({ url, headers }, response) => {
      if (url === "/here") response.writeHead(307, { location: "/login" }).end();
      else if (url === "/there") response.writeHead(302, { location: elsewhere.href }).end();
      else response.end(headers.authorization ?? "no login");
    });
    const at = await serving(server);
    const headers = { authorization: "Basic cGFzcw==" };
    const answers = await Promise.all(["here", "there"].map((name) => request(new URL(name, at), asked({ headers }))));
    expect(answers.map(({ body }) => body.toString())).toEqual([headers.authorization, "no login"]);
  });

  it("ends where it is sent on and on, answered with too much, or not at all", async () => {
    const at = await serving(
      http.createServer(({ url }, response) => {
        if (url === "/on") response.writeHead(302, { location: "/on" }).end();
        if (url === "/much") response.end("x".repeat(2000));
      }),
    );
    await expect(request(new URL("on", at), asked())).rejects.toThrow("redirects too often");
    await expect(request(new URL("much", at), asked())).rejects.toThrow("more than 1000 bytes");
    const aborted = request(new URL("silent", at), asked({ signal: AbortSignal.timeout(50) }));
    await expect(aborted).rejects.toMatchObject({ name: "TimeoutError" });
  });
});
