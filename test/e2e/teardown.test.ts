/** `npm run stop` leaves nothing behind, and `npm start` works again, also after a SIGKILL half way. Runs last. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { cacheFolder } from "../../sandbox/cache";
import { RUN_FOLDER } from "../../sandbox/layout";
import { project } from "./support";

const npm = (...args: string[]) =>
  execFileSync("npm", args, {
    cwd: project,
    encoding: "utf8",
    maxBuffer: 1 << 26,
    stdio: ["ignore", "pipe", "inherit"],
  });
const out = (...[program = "", ...args]: string[]) => execFileSync(program, args, { encoding: "utf8" });

/** Lines of each kind of trace that the sandbox leaves while it runs. */
function traces(): Record<string, string[]> {
  const ours = (text: string, pattern: RegExp) => text.split("\n").filter((line) => pattern.test(line));
  return {
    processes: processes().filter((line) => line.includes(RUN_FOLDER) || line.includes(`${cacheFolder()}/sandbox`)),
    mounts: ours(readFileSync("/proc/mounts", "utf8"), new RegExp(`${RUN_FOLDER}|${cacheFolder()}`)),
    interfaces: ours(out("ip", "-o", "link"), /tbert-|veth/),
    namespaces: ours(out("ip", "netns"), /cni-|tbert/),
    rules: ours(out("iptables-save"), /KUBE-|DOCKER|CNI-|tbert-|10\.7[789]\./),
  };
}

function processes(): string[] {
  const numbers = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return numbers.map((pid) => {
    try {
      return `${pid} ${readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")}`;
    } catch {
      return ""; // ended while we looked
    }
  });
}

describe("npm run stop", () => {
  it("stops nothing when it is asked something else", () => {
    npm("start");
    expect(() => npm("run", "stop", "--", "--help")).toThrow();
    expect(traces().processes).not.toEqual([]);
  });

  it("leaves no process, mount, interface, namespace or firewall rule behind", () => {
    const running = Object.entries(traces()).filter(([kind]) => kind !== "namespaces");
    for (const [kind, lines] of running) expect(lines, kind).not.toEqual([]);
    npm("run", "stop");
    expect(traces()).toEqual({ processes: [], mounts: [], interfaces: [], namespaces: [], rules: [] });
  });

  it("can be run twice", () => {
    npm("run", "stop");
    npm("run", "stop");
  });

  it("does not stand in the way of a start, nor does a start that was killed half way", async () => {
    const half = spawn("npm", ["start"], { cwd: project, detached: true, stdio: ["ignore", "pipe", "ignore"] });
    const killed = once(half, "close");
    // Read on until the end: a closed pipe would end it before we do.
    await new Promise<void>((resolve) => half.stdout.on("data", (chunk) => /✓/.test(String(chunk)) && resolve()));
    await new Promise((resolve) => setTimeout(resolve, 3000));
    process.kill(-(half.pid ?? 0), "SIGKILL");
    await killed;
    expect(npm("start")).toMatch(/predicts +positive/);
  });
});
