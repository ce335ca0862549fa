/** A dead server is noticed: whatever of it was killed or stopped, the real kubelet hears so within 10 s and sends no more
 *  requests, has the container running anew within 60 s, and can say why. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CONTAINER, GATEWAY_CONTAINER } from "../../components/shared/names";
import { sleep } from "../../sandbox/shell";
import type { Stack } from "../../sandbox/stack";
import { apiGet } from "./api";
import { alertExpression, metrics, promQuery, until } from "./scaling";
import { classifier, environment, infer, labelsOf, NAMESPACE, openStack, stackFile } from "./support";

const SERVICE = "mortal";
/** Gets no request. */
const IDLE = "idle";
const IDLE_SECONDS = 60;
const rollout = { startupSeconds: 120, pullSeconds: 60, endpointDelaySeconds: 1, longestRequestSeconds: 5 };
let stack: Stack;
let deployed: number;

beforeAll(async () => {
  await metrics();
  const mortal = classifier({ rollout, monitoring: { alerts: {} } });
  stack = await openStack("e2e-watch", stackFile({ [SERVICE]: mortal, [IDLE]: classifier({ rollout }) }));
  await stack.up();
  deployed = Date.now();
});
afterAll(() => stack.destroy());

interface Pods {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly status: {
      readonly containerStatuses?: readonly {
        readonly name: string;
        readonly ready: boolean;
        readonly restartCount: number;
        readonly lastState: { readonly terminated?: { readonly exitCode: number; readonly message?: string } };
      }[];
    };
  }[];
}

/** A container of a service's one pod: the server's, or another. */
async function container(called = CONTAINER, service = SERVICE) {
  const query = new URLSearchParams({ labelSelector: `app.kubernetes.io/instance=${service}` });
  const { items } = await apiGet<Pods>(`/api/v1/namespaces/${NAMESPACE}/pods?${query}`);
  const [pod] = items;
  const status = pod?.status.containerStatuses?.find(({ name }) => name === called);
  if (items.length !== 1 || pod === undefined || status === undefined) throw new Error(`${items.length} pods`);
  const { ready, restartCount: restarts, lastState } = status;
  return { pod: pod.metadata.name, ready, restarts, terminated: lastState.terminated };
}

const server = () => container();
const kubectl = async (...args: string[]) => (await environment()).kubectl(["-n", NAMESPACE, ...args]);

/** Sends a signal to the processes of a container whose command line holds a word, its main process excepted. */
async function send(signal: string, word: string, called = CONTAINER): Promise<void> {
  const program = [
    "import os, pathlib, signal",
    "for folder in pathlib.Path('/proc').glob('[0-9]*'):",
    "    pid = int(folder.name)",
    "    if pid not in (1, os.getpid()) and word in (folder / 'cmdline').read_text().split('\\0')[0]:",
    `        os.kill(pid, signal.${signal})`,
  ];
  const python = ["python3", "-c", `word = "${word}"\n${program.join("\n")}`];
  await kubectl("exec", `deployment/${SERVICE}`, "--container", called, "--", ...python);
}

describe("a server of which one process", () => {
  // In this order: from the second restart on Kubernetes itself waits, for 10 s, then for 20.
  it.each([
    ["is killed, as for want of memory", "SIGKILL", "triton_python_backend_stub", "mortal_0_0"],
    ["is stopped, as one that hangs", "SIGSTOP", "triton_python_backend_stub", "mortal_0_0"],
    ["is stopped, and it is Triton's own", "SIGSTOP", "tritonserver", "tritonserver"],
  ])("%s", async (_, signal, word, named) => {
    const before = await until("ready", 60, server, ({ ready }) => ready);
    await send(signal, word);
    const died = Date.now();
    const left = (seconds: number) => seconds - (Date.now() - died) / 1000;
    await until("not ready", 10, server, ({ ready }) => !ready);
    const restarted = ({ restarts }: typeof before) => restarts > before.restarts;
    const { terminated, pod } = await until("a restart", left(60), server, restarted);
    expect(pod).toBe(before.pod);
    expect(terminated?.exitCode).toBeGreaterThan(0);
    expect(terminated?.message).toMatch(/^the server was dead: /);
    expect(terminated?.message).toContain(named);
    const told = await kubectl("logs", "--previous", "--container", CONTAINER, pod);
    const dead = told.split("\n").filter((line) => line.includes('"event": "dead"'));
    expect(dead).toHaveLength(1);
    expect(dead[0]).toContain(named);
    await until("ready again", 120, server, ({ ready }) => ready);
    // kube-proxy gathers changes for a second.
    const answers = async () => labelsOf(await infer(SERVICE, ["I love it", "I hate it"]));
    await until("right answers", 30, answers, (labels) => labels.join() === "positive,negative");
  });

  it("sets an alert off", async () => {
    const expression = await alertExpression(SERVICE, "TritonBertServerDied");
    await until(
      "the alert",
      60,
      () => promQuery(expression),
      (value) => (value ?? 0) > 0,
    );
  });
});

describe("a gateway whose worker hangs", () => {
  it("gets no more requests, and is started anew", async () => {
    const gateway = () => container(GATEWAY_CONTAINER);
    const before = await until("ready", 60, gateway, ({ ready }) => ready);
    await send("SIGSTOP", "nginx: worker", GATEWAY_CONTAINER);
    await until("not ready", 10, gateway, ({ ready }) => !ready);
    await until("a restart", 50, gateway, ({ restarts }) => restarts > before.restarts);
    const answers = async () => labelsOf(await infer(SERVICE, ["I love it"]));
    await until("a right answer", 60, answers, (labels) => labels.join() === "positive");
  });
});

describe("a server that is alive", () => {
  it("is not restarted for having nothing to do", async () => {
    await sleep(deployed + IDLE_SECONDS * 1000 - Date.now());
    expect(await container(CONTAINER, IDLE)).toMatchObject({ ready: true, restarts: 0 });
  });
});
