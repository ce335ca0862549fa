import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as net from "node:net";
import * as path from "node:path";
import { RunError } from "@pulumi/pulumi/errors";
import { describe, expect, it, onTestFinished } from "vitest";
import { requireDockerDaemon } from "../../../components/image/dockerDaemon";
import { temporaryFolder } from "./world";

async function listening(server: net.Server, at: number): Promise<void> {
  const sockets = new Set<net.Socket>();
  server.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(at, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
}

const engine = (status: number): http.Server =>
  http.createServer((_, response) => response.writeHead(status).end("OK"));

const mute = (): net.Server => net.createServer(() => {});

const socketIn = (folder: string): string => path.join(folder, "docker.sock");

const PATIENT = 30_000;

/** The engine's message, or nothing if it answers. The limit is short where nobody will, and never reached where somebody does. */
async function refusal(host: string, limitMilliseconds = 300): Promise<string> {
  const asked = requireDockerDaemon({ env: { DOCKER_HOST: host }, limitMilliseconds });
  return asked.then(
    () => "",
    (problem: Error) => problem.message,
  );
}

describe("the probe of the Docker engine", () => {
  it("passes when the engine answers on a unix socket", async () => {
    const socket = socketIn(temporaryFolder());
    const server = engine(200);
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    onTestFinished(() => void server.close());
    expect(await refusal(`unix://${socket}`, PATIENT)).toBe("");
  });

  it("passes when the engine answers on tcp", async () => {
    const server = engine(200);
    await listening(server, 0);
    expect(await refusal(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, PATIENT)).toBe("");
  });

  it("fails on an engine that accepts and stays mute, instead of waiting for ever", async () => {
    const server = mute();
    await listening(server, 0);
    const host = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await refusal(host)).toMatch(
      /No Docker engine answers.*\n.*tcp:\/\/127\.0\.0\.1:\d+: .*within 0\.3 s\n.*DOCKER_HOST/s,
    );
  });

  it("fails on a socket that is not there, and names it", async () => {
    const socket = socketIn(temporaryFolder());
    expect(await refusal(`unix://${socket}`)).toContain(`unix://${socket}: connect ENOENT`);
  });

  it("tells it as the user's affair, which Pulumi shows as it is: no unhandled exception, no stack frame", async () => {
    const host = `unix://${socketIn(temporaryFolder())}`;
    const problem: unknown = await requireDockerDaemon({ host }).catch((error: unknown) => error);
    expect(RunError.isInstance(problem)).toBe(true);
    expect((problem as Error).stack).toBeUndefined();
  });

  it("fails on something else that answers there", async () => {
    const server = engine(404);
    await listening(server, 0);
    expect(await refusal(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`)).toContain("HTTP 404");
  });

  it("asks the engine of the stack's docker:host rather than DOCKER_HOST", async () => {
    const server = engine(200);
    await listening(server, 0);
    const host = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await requireDockerDaemon({ host, env: { DOCKER_HOST: "unix:///nowhere.sock" } });
  });
});
