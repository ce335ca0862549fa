/** Entry of the npm scripts, and the only plain JavaScript here: a newcomer's first command is `npm start`, when nothing is
 *  installed yet. Installs the project's packages if the lock file has moved, then hands over to the TypeScript entry, on this
 *  Node or, where it is older than package.json asks for, by way of launch.ts on a newer one. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const entries = {
  start: "sandbox/start.ts",
  stop: "sandbox/stop.ts",
  metrics: "sandbox/metrics/start.ts",
  test: "test/run.ts",
  bench: "bench/run.ts",
  soak: "test/soak/run.ts",
  doctor: "doctor/run.ts",
  "preview:summary": "summary/run.ts",
  validate: "validate/run.ts",
  generate: "components/options/generate/generate.ts",
  matrix: "components/server/matrix/command.ts",
};

const [verb, ...args] = process.argv.slice(2);
const entry = entries[verb];
if (!entry) {
  console.error(`usage: node sandbox/run.mjs ${Object.keys(entries).join("|")} [arguments]`);
  process.exit(2);
}
installPackages();
const command = isOld() ? ["sandbox/launch.ts", entry] : [entry];
const child = spawnSync(process.execPath, ["--import", "tsx", ...command, ...args], { cwd: root, stdio: "inherit" });
process.exit(child.status ?? 1);

function isOld() {
  const { engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return Number.parseInt(process.versions.node, 10) < Number.parseInt(engines.node.replace(">=", ""), 10);
}

function installPackages() {
  const stamp = join(root, "node_modules", ".triton-bert-lock");
  const lock = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  // Not to stdout, which may be another program's input.
  console.error("Installing the project's npm packages (about 20 s) …");
  const install = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: "inherit",
  });
  if (install.status !== 0) process.exit(install.status ?? 1);
  writeFileSync(stamp, lock);
}
