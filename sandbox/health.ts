/** "Does it answer?", asked on this machine. Certificates are not checked: the answer carries no secret. */
import { request as plain } from "node:http";
import { request as secure } from "node:https";
import { connect } from "node:net";
import { sleep } from "./shell";

const TIMEOUT_MS = 3000;
const ACCEPT_MS = 30_000;

export async function answersOk(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const ask = url.startsWith("https:") ? secure : plain;
    const request = ask(url, { rejectUnauthorized: false, agent: false, timeout: TIMEOUT_MS }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(false));
    request.end();
  });
}

/** Returns when a port takes connections; throws after half a minute. */
export async function untilItAccepts(port: number): Promise<void> {
  const deadline = Date.now() + ACCEPT_MS;
  while (!(await accepts(port))) {
    if (Date.now() > deadline) throw new Error(`nothing accepts on 127.0.0.1:${port} after ${ACCEPT_MS / 1000} s`);
    await sleep(200);
  }
}

/** Whether a port of this machine takes connections now. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, timeout: TIMEOUT_MS });
    const say = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on("connect", () => say(true));
    socket.on("timeout", () => say(false));
    socket.on("error", () => say(false));
  });
}
