/** The Python environment of the serving tests: the real tritonserver from PyPI, the official tritonclient, and the linters.
 *  Debian's Python, because Triton's Python stub links that system's libpython3.11. Made once for each requirements file. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../sandbox/cache";
import type { Progress } from "../sandbox/progress";
import { run, systemEnv } from "../sandbox/shell";

const requirements = join(__dirname, "serving", "requirements.txt");

/** Path of the environment's python. */
export async function servingVenv(log: Progress): Promise<string> {
  const key = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
  const folder = join(cacheFolder(), `venv-serving-${key}`);
  const python = join(folder, "bin", "python");
  const ready = join(folder, "ready");
  if (existsSync(ready)) return python;
  rmSync(folder, { recursive: true, force: true });
  await log.step("Python environment with Triton 2.51 from PyPI (once)", async (update) => {
    if (!existsSync("/usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0") || !existsSync("/usr/lib/python3.11/ensurepip")) {
      const env = systemEnv({ DEBIAN_FRONTEND: "noninteractive" });
      await run("apt-get", ["update", "-q"], { env, onLine: update });
      await run("apt-get", ["install", "-y", "-q", "libpython3.11", "python3.11-venv"], { env, onLine: update });
    }
    await run("/usr/bin/python3.11", ["-m", "venv", folder]);
    await run(python, ["-m", "pip", "install", "-r", requirements], { env: process.env, onLine: update });
    await run("touch", [`${ready}.new`]);
    renameSync(`${ready}.new`, ready);
  });
  return python;
}
