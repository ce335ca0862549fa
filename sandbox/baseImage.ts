/** A stand-in for python:3.11-slim-bookworm, since the sandbox does not pull from hubs: Debian's own Python 3.11 and pip.
 *
 *  In: this machine's Debian mirror and CA bundle. Out: a local image under BASE_IMAGE, made once (a minute) and kept as
 *  a tarball in the cache, so that a wiped engine gets it back in seconds. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { docker } from "./engine";
import { BASE_IMAGE, type Layout } from "./layout";
import type { Progress } from "./progress";
import { run } from "./shell";

const SUITE = "bookworm";
/** python3-distutils: pip of Debian 12 imports it; libpython3.11: Triton's python backend links it. */
const INCLUDE = ["python3", "python3-pip", "python3-distutils", "libpython3.11", "ca-certificates"];
const CA_BUNDLE = "/etc/ssl/certs/ca-certificates.crt";
/** As the official Python images behave: `python` exists, and pip installs into the system without being asked twice. */
const CHANGES = ["ENV LANG=C.UTF-8", "ENV PIP_BREAK_SYSTEM_PACKAGES=1", 'CMD ["python3"]'];
const RECIPE = 1; // raise it when the steps below change

export async function ensureBaseImage(paths: Layout, log: Progress): Promise<void> {
  const key = await contentKey();
  const made = await docker(paths, [
    "image",
    "inspect",
    "--format",
    '{{index .Config.Labels "triton-bert.recipe"}}',
    BASE_IMAGE,
  ]).catch(() => "");
  if (made.trim() === key) return;
  const tarball = join(paths.baseImages, `${key}.tar`);
  if (!existsSync(tarball))
    await log.step(`make the base image ${BASE_IMAGE} from Debian packages`, (update) => build(tarball, update));
  await log.step(`import the base image ${BASE_IMAGE}`, async () => {
    const changes = [...CHANGES, `LABEL triton-bert.recipe=${key}`].flatMap((change) => ["--change", change]);
    await docker(paths, ["import", ...changes, tarball, BASE_IMAGE]);
  });
}

async function build(tarball: string, update: (detail: string) => void): Promise<void> {
  await mkdir(join(tarball, ".."), { recursive: true });
  const scratch = await mkdtemp(join(tarball, "..", "making-"));
  const root = join(scratch, "root");
  try {
    const sources = await debianSources();
    const main = sources.find(({ suite }) => suite === SUITE);
    if (!main) throw new Error(`apt knows no source for Debian ${SUITE} on this machine (see /etc/apt).`);
    await run("debootstrap", ["--variant=minbase", `--include=${INCLUDE.join(",")}`, SUITE, root, main.uri], {
      onLine: (line) => update(line.replace(/^I: /, "")),
    });
    const lines = sources.map(({ uri, suite, component }) => `deb ${uri} ${suite} ${component}`);
    await writeFile(join(root, "etc/apt/sources.list"), `${lines.join("\n")}\n`);
    // A snapshot's signatures may be older than apt likes; what this machine accepts, its images accept.
    await writeFile(join(root, "etc/apt/apt.conf.d/90sandbox"), 'Acquire::Check-Valid-Until "false";\n');
    await copyFile(CA_BUNDLE, join(root, "etc/ssl/certs/ca-certificates.crt"));
    await run("ln", ["-sf", "python3", join(root, "usr/bin/python")]);
    await run("rm", [
      "-rf",
      ...["var/cache/apt/archives", "var/lib/apt/lists", "usr/share/doc", "usr/share/man"].map((path) =>
        join(root, path),
      ),
    ]);
    await run("mkdir", ["-p", join(root, "var/cache/apt/archives/partial"), join(root, "var/lib/apt/lists/partial")]);
    update("pack");
    await run("tar", [
      "--numeric-owner",
      "--exclude=./dev/*",
      "--exclude=./proc/*",
      "--exclude=./sys/*",
      "-C",
      root,
      "-cf",
      `${tarball}.new`,
      ".",
    ]);
    await rename(`${tarball}.new`, tarball);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Recipe, and the CA bundle, which an administrator may change under us. */
async function contentKey(): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify([RECIPE, SUITE, INCLUDE, CHANGES]));
  return hash
    .update(await readFile(CA_BUNDLE))
    .digest("hex")
    .slice(0, 12);
}

/** From where this machine itself gets Debian: a mirror of a company's own keeps working, and none is named here. */
async function debianSources(): Promise<{ uri: string; suite: string; component: string }[]> {
  const format = "$(REPO_URI) $(RELEASE) $(COMPONENT)";
  const targets = await run("apt-get", ["indextargets", "--format", format, "Identifier: Packages"]);
  return targets
    .split("\n")
    .map((line) => line.split(" "))
    .flatMap(([uri, suite, component]) =>
      uri && component === "main" && suite?.startsWith(SUITE) ? [{ uri, suite, component }] : [],
    );
}
