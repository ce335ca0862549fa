/** Servers that builds fetch models from: stand-ins, where a container of the build can reach them. In: what lies on them, and who may
 *  have it. Out: a running one. */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { NETWORKS } from "../../sandbox/layout";
import { run } from "../../sandbox/shell";
import { project } from "./support";

const BIND = NETWORKS.docker.gateway;
const CLASSIFIER = join(project, "sandbox", "model");

export interface ModelServer {
  readonly addresses: readonly string[];
  stop(): Promise<void>;
}

/** A Hub with the sandbox's classifier in each revision of each of `repositories`, whose private ones ask for `token`. */
export function serveHub(
  port: number,
  repositories: Readonly<Record<string, "private" | "public">>,
  revisions: readonly string[],
  token: string,
): Promise<ModelServer> {
  const root = mkdtempSync(join(tmpdir(), "triton-bert-hub-"));
  for (const [repository, access] of Object.entries(repositories)) {
    for (const revision of revisions) {
      const folder = join(root, repository, revision);
      mkdirSync(folder, { recursive: true });
      cpSync(CLASSIFIER, folder, { recursive: true });
    }
    if (access === "private") writeFileSync(join(root, repository, ".private"), "");
  }
  return serve("hub/server.py", ["--root", root, "--port", String(port), "--token", token]);
}

/** A ClearML server with the sandbox's classifier as the published model `id`. Its addresses: of the API, of the files. */
export async function serveClearMl(id: string, keys: { access: string; secret: string }): Promise<ModelServer> {
  const root = mkdtempSync(join(tmpdir(), "triton-bert-clearml-"));
  mkdirSync(join(root, "files"));
  const files = readdirSync(CLASSIFIER).map((name) => join(CLASSIFIER, name));
  await run("python3", ["-m", "zipfile", "-c", join(root, "files", "package.zip"), ...files], { env: process.env });
  const model = { id, name: "sentiment", project: "NLP", ready: true, uri: "{files}/package.zip" };
  writeFileSync(join(root, "models.json"), JSON.stringify([model]));
  const login = ["--access-key", keys.access, "--secret-key", keys.secret];
  return serve("clearml/clearml_server.py", ["--root", root, ...login]);
}

/** The classifier's tokenizer as storage `http` names it, from a public repository of a Hub. */
export function tokenizerFiles(hub: string, repository: string, revision: string) {
  const names = readdirSync(CLASSIFIER).filter((name) => /token|vocab/.test(name));
  const files = names.map((name) => {
    const sha256 = createHash("sha256")
      .update(readFileSync(join(CLASSIFIER, name)))
      .digest("hex");
    return [name, { url: `${hub}/${repository}/resolve/${revision}/${name}`, sha256 }];
  });
  return { http: { files: Object.fromEntries(files) } };
}

/** New in each run: an image that the engine has built before would prove nothing. */
export const secret = (prefix = ""): string => `${prefix}${randomBytes(16).toString("hex")}`;

async function serve(script: string, args: readonly string[]): Promise<ModelServer> {
  const command = [join("test", "stand-ins", script), ...args, "--bind", BIND];
  const server: ChildProcess = spawn("python3", command, { cwd: project, stdio: ["ignore", "pipe", "ignore"] });
  if (server.stdout === null) throw new Error(`${script} has no output`);
  const [line] = await once(createInterface(server.stdout), "line");
  return {
    addresses: [...String(line).matchAll(/http:\S+/g)].map(([address]) => address),
    async stop() {
      if (server.exitCode !== null) return;
      server.kill();
      await once(server, "close");
    },
  };
}
