/** A registry of its own: with a password, and a certificate that a private CA has signed, of which engine and node are told as their
 *  documentation has it. In: a password. Out: Debian's docker-registry on TLS, and before it a stand-in that keeps tags from being
 *  overwritten. Sources: Docker, "Verify repository client with certificates"; containerd, "Registry Configuration". */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import * as https from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { cacheFolder } from "../../sandbox/cache";
import { layout, NETWORKS } from "../../sandbox/layout";
import { ensurePki, ensureServing } from "../../sandbox/pki";
import { run, sleep } from "../../sandbox/shell";
import { immutableTags } from "../stand-ins/immutable-tags/proxy";

/** Not on loopback, where engines ask no registry for a certificate. */
const ADDRESS = NETWORKS.docker.gateway;
const [PORT, IMMUTABLE_PORT] = [15443, 15444];
const ENGINE_TRUST = "/etc/docker/certs.d";
const MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
export const USER = "ci";

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface PrivateRegistry {
  readonly host: string;
  /** The same registry, whose tags can't be overwritten. */
  readonly immutableHost: string;
  /** PEM of the CA. */
  readonly ca: string;
  setPassword(password: string): Promise<void>;
  /** Deletes what `repository:tag` names, as a clean-up does. */
  lose(repository: string, tag: string): Promise<void>;
  manifest(repository: string, tag: string): Promise<Buffer>;
  /** Gives an image a tag, such as somebody else's push does. */
  tag(repository: string, manifest: Buffer, tag: string): Promise<void>;
  stop(): Promise<void>;
}

export async function privateRegistry(password: string): Promise<PrivateRegistry> {
  const folder = mkdtempSync(join(tmpdir(), "triton-bert-registry-"));
  const paths = layout(cacheFolder());
  const pki = await ensurePki(join(paths.cluster, "pki"));
  const tls = await ensureServing(pki, join(folder, "tls"), "/CN=registry", `IP:${ADDRESS}`);
  const [cert, key, ca] = ["tls.crt", "tls.key", "ca.crt"].map((name) => readFileSync(join(tls, name))) as [
    Buffer,
    Buffer,
    Buffer,
  ];
  const [host, immutableHost] = [`${ADDRESS}:${PORT}`, `${ADDRESS}:${IMMUTABLE_PORT}`];
  let current = password;
  const setPassword = async (next: string): Promise<void> => {
    await writeFile(join(folder, "htpasswd"), await htpasswd(next));
    current = next;
  };
  await setPassword(password);
  const server = await start(folder, tls);
  const proxy = immutableTags(new URL(`https://${host}`), { cert, key, ca });
  proxy.listen(IMMUTABLE_PORT, ADDRESS);
  await once(proxy, "listening");
  for (const each of [host, immutableHost]) await trust(each, ca, join(tls, "ca.crt"), paths.cluster);

  const ask = async (path: string, method: string, body?: Buffer): Promise<Answer> => {
    const authorization = `Basic ${Buffer.from(`${USER}:${current}`).toString("base64")}`;
    const headers = { authorization, accept: MANIFEST, ...(body === undefined ? {} : { "content-type": MANIFEST }) };
    const sent = https.request(new URL(`https://${host}/v2/${path}`), { method, headers, ca });
    sent.end(body);
    const [answer] = (await once(sent, "response")) as [IncomingMessage];
    return { status: answer.statusCode ?? 0, headers: answer.headers, body: await buffer(answer) };
  };
  for (let tries = 0; (await ask("", "GET").catch(() => undefined))?.status !== 200; tries++) {
    if (tries > 100) throw new Error("the registry does not answer");
    await sleep(100);
  }
  return {
    host,
    immutableHost,
    ca: ca.toString(),
    setPassword,
    async lose(repository, tag) {
      const { headers } = await ask(`${repository}/manifests/${tag}`, "HEAD");
      await ask(`${repository}/manifests/${headers["docker-content-digest"]}`, "DELETE");
    },
    manifest: async (repository, tag) => (await ask(`${repository}/manifests/${tag}`, "GET")).body,
    async tag(repository, manifest, tag) {
      const { status } = await ask(`${repository}/manifests/${tag}`, "PUT", manifest);
      if (status !== 201) throw new Error(`the registry answered HTTP ${status}`);
    },
    async stop() {
      for (const each of [host, immutableHost])
        for (const place of [join(ENGINE_TRUST, each), join(paths.cluster, "registries", each)])
          rmSync(place, { recursive: true, force: true });
      for (const place of [ENGINE_TRUST, "/etc/docker"]) removeIfEmpty(place);
      proxy.close();
      proxy.closeAllConnections();
      server.kill();
      if (server.exitCode === null) await once(server, "close");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function start(folder: string, tls: string): Promise<ChildProcess> {
  const config = {
    version: 0.1,
    log: { level: "warn", accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(folder, "data") }, delete: { enabled: true } },
    auth: { htpasswd: { realm: "e2e", path: join(folder, "htpasswd") } },
    http: {
      addr: `${ADDRESS}:${PORT}`,
      relativeurls: true,
      tls: { certificate: join(tls, "tls.crt"), key: join(tls, "tls.key") },
    },
  };
  const file = join(folder, "registry.json"); // YAML is a superset of JSON
  await writeFile(file, JSON.stringify(config));
  return spawn("/usr/bin/docker-registry", ["serve", file], {
    env: { OTEL_TRACES_EXPORTER: "none" },
    stdio: "ignore",
  });
}

/** Read anew by the registry whenever it has changed. It takes bcrypt alone, which Python has from Debian's libcrypt. */
async function htpasswd(password: string): Promise<string> {
  const code =
    "import crypt, sys; print(crypt.crypt(sys.stdin.read(), crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=32)))";
  const hash = await run("python3", ["-W", "ignore", "-c", code], { input: password });
  return `${USER}:${hash}`;
}

/** Tells the engine and the node's containerd of the CA; both read it anew for each pull and push. */
async function trust(host: string, ca: Buffer, file: string, cluster: string): Promise<void> {
  const [engine, node] = [join(ENGINE_TRUST, host), join(cluster, "registries", host)];
  for (const folder of [engine, node]) await mkdir(folder, { recursive: true });
  await writeFile(join(engine, "ca.crt"), ca);
  const toml = `server = "https://${host}"\n[host."https://${host}"]\n  ca = ${JSON.stringify(file)}\n`;
  await writeFile(join(node, "hosts.toml"), toml);
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // somebody else's
  }
}
