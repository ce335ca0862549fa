/** Python environments of tests and bench, each made once for what it asks for. Debian's Python, because Triton's Python
 *  stub links that system's libpython3.11. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Pins } from "../components/image/pins";
import { cacheFolder } from "../sandbox/cache";
import { ensurePackages, type Packages } from "../sandbox/packages";
import type { Progress } from "../sandbox/progress";
import { run, systemEnv } from "../sandbox/shell";

/** The gateway of the serving tests: Debian's nginx, with njs. */
const NGINX: Packages = {
  nginx: "/usr/sbin/nginx",
  "libnginx-mod-http-js": "/usr/lib/nginx/modules/ngx_http_js_module.so",
};

/** Path of the python that has the real tritonserver from PyPI, the official tritonclient, and the linters; an nginx is on
 *  the machine then. */
export async function servingVenv(log: Progress): Promise<string> {
  await ensurePackages(log, NGINX);
  const what = "Python environment with Triton 2.51 from PyPI (once)";
  // The packages alone, not our code: the environment is every checkout's, and the tests find the code beside them.
  const pins = new Pins(join(__dirname, "..", "images", "server"));
  return venv("serving", pins.of("dependencies", "triton", "test"), what, log);
}

/** Path of the python that draws the bench's plots. */
export function plotsVenv(log: Progress): Promise<string> {
  const what = "Python environment for plots (once)";
  return venv("plots", readFileSync(join(__dirname, "..", "bench", "requirements.txt"), "utf8"), what, log);
}

/** Path of the python that has moto and boto3. */
export function awsVenv(log: Progress): Promise<string> {
  const what = "Python environment with moto, which plays AWS (once)";
  return venv("aws", readFileSync(join(__dirname, "aws", "requirements.txt"), "utf8"), what, log);
}

/** Path of the python that has check-jsonschema. */
export function workflowsVenv(log: Progress): Promise<string> {
  const what = "Python environment with check-jsonschema (once)";
  return venv("workflows", readFileSync(join(__dirname, "workflows", "requirements.txt"), "utf8"), what, log);
}

/** `requirements`: the text of a file for pip. */
async function venv(name: string, requirements: string, what: string, log: Progress): Promise<string> {
  const key = createHash("sha256").update(requirements).digest("hex").slice(0, 12);
  const folder = join(cacheFolder(), `venv-${name}-${key}`);
  const python = join(folder, "bin", "python");
  const ready = join(folder, "ready");
  if (existsSync(ready)) return python;
  rmSync(folder, { recursive: true, force: true });
  await log.step(what, async (update) => {
    if (!existsSync("/usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0") || !existsSync("/usr/lib/python3.11/ensurepip")) {
      const env = systemEnv({ DEBIAN_FRONTEND: "noninteractive" });
      await run("apt-get", ["update", "-q"], { env, onLine: update });
      await run("apt-get", ["install", "-y", "-q", "libpython3.11", "python3.11-venv"], { env, onLine: update });
    }
    await run("/usr/bin/python3.11", ["-m", "venv", folder]);
    const file = join(folder, "requirements.txt");
    writeFileSync(file, requirements);
    await run(python, ["-m", "pip", "install", "-r", file], { env: process.env, onLine: update });
    await run("touch", [`${ready}.new`]);
    renameSync(`${ready}.new`, ready);
  });
  return python;
}
