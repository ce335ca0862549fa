/** What a stack needs of the machine that runs `up`: a Docker engine, room on its disk, a way to the registry. In: this machine. Out:
 *  lines. Nothing is pushed, pulled or written. */
import { existsSync, statfsSync } from "node:fs";
import { request } from "node:http";
import { z } from "zod";
import { requireDockerDaemon } from "../components/image/dockerDaemon";
import { dockerLogin } from "../components/image/dockerLogin";
import { apiUrl } from "../components/image/registryClient";
import { bad, type Line, ok, warn } from "./line";
import type { Patient } from "./stack";

const GB = 1e9;
/** What the builds of a first `up` write: an environment with PyTorch and a server; NVIDIA's release alone unpacks to 15 GB. */
const NEEDED_GB = { pypi: 20, image: 35, ngc: 45 } as const;
/** Where Docker's packages put its socket, and its data. */
const SOCKET = "/var/run/docker.sock";
const info = z.object({ DockerRootDir: z.string(), Architecture: z.string() });

export async function dockerLines(patients: readonly Patient[], env = process.env): Promise<Line[]> {
  const of = "Docker";
  try {
    await requireDockerDaemon({ env, limitMilliseconds: 3_000 });
  } catch {
    return [bad(of, "no engine answers; start one, or point DOCKER_HOST at one")];
  }
  const socket = env.DOCKER_HOST === undefined ? SOCKET : /^unix:\/\/(.+)$/.exec(env.DOCKER_HOST)?.[1];
  if (socket === undefined) return [ok(of, "an engine elsewhere answers, whose disk can't be seen from here")];
  const { DockerRootDir, Architecture } = info.parse(await ask(socket, "/info"));
  const emulated = !["x86_64", "amd64"].includes(Architecture);
  const machine = emulated
    ? warn(of, `the engine is ${Architecture}; images for linux/amd64 are built under emulation, slowly`)
    : ok(of, "the engine answers");
  return [machine, diskLine(DockerRootDir, patients)];
}

function diskLine(folder: string, patients: readonly Patient[]): Line {
  const of = "disk";
  if (!existsSync(folder)) return warn(of, `the engine keeps its images in ${folder}, which can't be seen from here`);
  const { bavail, bsize } = statfsSync(folder);
  const left = (bavail * bsize) / GB;
  const needed = Math.max(...patients.map(({ server }) => NEEDED_GB[server.choice.flavour]));
  const said = `${left.toFixed(0)} GB free on the disk of ${folder}`;
  return left < needed ? warn(of, `${said}; a first build takes up to ${needed}`) : ok(of, said);
}

/** The server of a registry, and whether this machine has a login for it. */
export async function registryLines(patients: readonly Patient[]): Promise<Line[]> {
  const registries = new Map(patients.map(({ plan }) => [plan.images.site.registry.server, plan.images.site.registry]));
  return Promise.all(
    [...registries].map(async ([server, registry]) => {
      const of = "registry";
      const response = await fetch(`${apiUrl(server)}/v2/`).catch((problem: Error & { cause?: Error }) => problem);
      if (response instanceof Error) return bad(of, `${server}: ${response.cause?.message ?? response.message}`);
      if (response.ok) return ok(of, `${server} answers, and asks for no login`);
      if (response.status !== 401) return bad(of, `${server} answers HTTP ${response.status}`);
      if (registry.login !== undefined) return ok(of, `${server} answers, and gets the credential of the config`);
      const login = await dockerLogin(server, () => undefined);
      return login === undefined
        ? bad(of, `${server} asks for a login; docker login ${server}, or name a credential`)
        : ok(of, `${server} answers, and gets the Docker client's login`);
    }),
  );
}

function ask(socketPath: string, path: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path, host: "docker" }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => resolve(JSON.parse(text)));
    })
      .on("error", reject)
      .end();
  });
}
