/** Logins are found as the Docker client finds them. The credential helpers are small scripts, on a PATH of their own. */
import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it, vi } from "vitest";
import { dockerLogin } from "../../../components/image/dockerLogin";
import { genericRegistry } from "../../../components/image/registries/generic";
import { program, temporaryFolder } from "./world";

const SERVER = "registry.example.com";
const SECRET = "s3cret";

/** Answers for whatever server it is asked about, and tells in a file that it was. */
const ANSWERS = `read server
echo "$server" >> "$(dirname "$0")/asked"
printf '{"ServerURL":"%s","Username":"ci","Secret":"${SECRET} of %s"}' "$server" "$server"`;
const HAS_NONE = `echo "credentials not found in native keychain"; exit 1`;

const inline = (user: string) => ({ auth: Buffer.from(`${user}:${SECRET}`).toString("base64") });

/** A Docker client with this config and these helpers. */
function client(
  config: object | string,
  helpers: Record<string, string> = {},
): { folder: string; env: NodeJS.ProcessEnv } {
  const folder = temporaryFolder();
  fs.writeFileSync(path.join(folder, "config.json"), typeof config === "string" ? config : JSON.stringify(config));
  for (const [name, script] of Object.entries(helpers))
    fs.writeFileSync(path.join(folder, `docker-credential-${name}`), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { folder, env: { DOCKER_CONFIG: folder, PATH: `${folder}:${process.env.PATH}` } };
}

async function found(config: object | string, helpers: Record<string, string> = {}, server = SERVER, limit = 30_000) {
  const warnings: string[] = [];
  const { env } = client(config, helpers);
  const login = await dockerLogin(server, (text) => warnings.push(text), { env, limitMilliseconds: limit });
  expect(warnings.join()).not.toContain(SECRET);
  return { login, warnings };
}

describe("a login of the Docker client", () => {
  it.each([
    ["its host", SERVER, { [SERVER]: inline("ci") }],
    ["an address, as older clients wrote it", SERVER, { [`https://${SERVER}/v1/`]: inline("ci") }],
    ["Docker Hub's address", "docker.io", { "https://index.docker.io/v1/": inline("ci") }],
  ])("is found in the config file under %s", async (_, server, auths) => {
    expect(await found({ auths: { "other.example.com": inline("other"), ...auths } }, {}, server)).toEqual({
      login: { username: "ci", password: SECRET },
      warnings: [],
    });
  });

  it("may be an identity token, in the file and from a helper", async () => {
    const identity = { login: { identityToken: SECRET }, warnings: [] };
    expect(await found({ auths: { [SERVER]: { auth: "", identitytoken: SECRET } } })).toEqual(identity);
    const helper = `printf '{"Username":"<token>","Secret":"${SECRET}"}'`;
    expect(await found({ credsStore: "x" }, { x: helper })).toEqual(identity);
  });

  it("comes from the registry's own helper, else from the helper for all, else from the file", async () => {
    const [own, all] = [ANSWERS, ANSWERS.replace('"ci"', '"all"')];
    const config = { credHelpers: { [SERVER]: "own" }, credsStore: "all", auths: { [SERVER]: inline("file") } };
    const user = async (said: object) => (await found(said, { own, all })).login;
    expect(await user(config)).toMatchObject({ username: "ci", password: `${SECRET} of ${SERVER}` });
    expect(await user({ ...config, credHelpers: { "other.example.com": "own" } })).toMatchObject({ username: "all" });
    expect(await user({ auths: config.auths })).toMatchObject({ username: "file" });
  });

  it("at Docker Hub is asked for by the address that the client keeps it under", async () => {
    const { login } = await found({ credsStore: "x" }, { x: ANSWERS }, "docker.io");
    expect(login).toMatchObject({ password: `${SECRET} of https://index.docker.io/v1/` });
  });

  it("may be none, without a word: no file, nothing in it, nothing with the helper", async () => {
    const warn = vi.fn();
    expect(await dockerLogin(SERVER, warn, { env: { DOCKER_CONFIG: "/nowhere" } })).toBeUndefined();
    expect(warn).not.toHaveBeenCalled();
    const none = { login: undefined, warnings: [] };
    expect(await found({})).toEqual(none);
    expect(await found({ auths: { [SERVER]: {} } })).toEqual(none);
    expect(await found({ credsStore: "x" }, { x: HAS_NONE })).toEqual(none);
    expect(await found({ credsStore: "x" }, { x: `printf '{"Username":"","Secret":""}'` })).toEqual(none);
  });

  it.each([
    ["is not there", {}, "there is no such program on PATH"],
    ["fails", { x: `echo ${SECRET}; echo ${SECRET} >&2; exit 3` }, "ended with exit code 3"],
    ["answers something else", { x: `cat; echo ${SECRET}` }, "gave no login in the form that Docker's helpers have"],
    ["gives no answer", { x: "exec sleep 60" }, "no answer within 0.5 s"],
    ["leaves a child behind that holds the pipe", { x: "sleep 5 & exec sleep 60" }, "no answer within 0.5 s"],
  ])("is told to be missing when a helper %s, and the file is looked at", async (_, helpers, why) => {
    const limit = why.startsWith("no answer") ? 500 : undefined;
    const config = { credsStore: "x", auths: { [SERVER]: inline("file") } };
    const { login, warnings } = await found(config, helpers, SERVER, limit);
    expect(login).toMatchObject({ username: "file" });
    expect(warnings).toEqual([
      expect.stringMatching(/^docker-credential-x, which \/.*\/config\.json names for registry\.example\.com: /),
    ]);
    expect(warnings[0]).toContain(`: ${why}; going on without it`);
  });

  it("ends the helper that gives no answer", async () => {
    const { folder, env } = client({ credsStore: "x" }, { x: `echo $$ > "$(dirname "$0")/pid"; exec sleep 60` });
    await dockerLogin(SERVER, () => undefined, { env, limitMilliseconds: 2000 });
    const pid = Number(fs.readFileSync(path.join(folder, "pid"), "utf8"));
    expect(pid).toBeGreaterThan(1);
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow("ESRCH"));
  });

  it("is told to be missing where the config file can't be read, without what stands there", async () => {
    const { login, warnings } = await found(`{"auths": "${SECRET}`);
    expect(login).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining("config.json can't be read as Docker's config")]);
  });
});

describe("a registry without a credential", () => {
  it("asks the Docker client once for all models, and only when something is read", async () => {
    const { folder, env } = client({ credsStore: "x" }, { x: ANSWERS });
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    try {
      const registry = genericRegistry({ repository: `${SERVER}/triton` }, {}, program(folder));
      expect(registry.login).toBeUndefined();
      expect(fs.existsSync(path.join(folder, "asked"))).toBe(false);
      const logins = await Promise.all([registry.loginForReading(), registry.loginForReading()]);
      expect(logins).toEqual(Array(2).fill({ username: "ci", password: `${SECRET} of ${SERVER}` }));
      expect(fs.readFileSync(path.join(folder, "asked"), "utf8")).toBe(`${SERVER}\n`);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it("with one asks nobody", async () => {
    const credentials = { push: { username: "robot", password: SECRET } };
    const options = { repository: `${SERVER}/triton`, credential: "push" };
    const registry = genericRegistry(options, credentials, program(temporaryFolder()));
    const login = pulumi.output(registry.loginForReading());
    expect(await new Promise((resolve) => login.apply(resolve))).toEqual(credentials.push);
    expect(await pulumi.isSecret(login)).toBe(true);
  });
});
