/** A Pulumi stack on a file backend, worked with through the real CLI, the way a user would type it.
 *
 *  A new stack writes a salt into the stack file beside Pulumi.yaml. So that the committed file stays as it is,
 *  the stack is made in a folder of its own outside the checkout, and every command gets that folder's copy by
 *  --config-file. In: a project folder, a stack's name, its config. Out: what the CLI said. */
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isMap, parseDocument } from "yaml";
import { type RunOptions, run } from "./shell";

export interface StackPlace {
  /** The pulumi executable. */
  readonly pulumi: string;
  /** Environment of every command: PULUMI_HOME, backend, passphrase, DOCKER_HOST, KUBECONFIG, PATH. */
  readonly env: NodeJS.ProcessEnv;
  /** Folder with Pulumi.yaml: the checkout. */
  readonly project: string;
  /** Folder outside the checkout for the stack's config file. */
  readonly folder: string;
}

export class Stack {
  readonly configFile: string;

  private constructor(
    readonly name: string,
    readonly place: StackPlace,
  ) {
    this.configFile = join(place.folder, `Pulumi.${name}.yaml`);
  }

  /** Makes the stack unless it is there, with `config` (the text of a stack file) as its config. */
  static async open(name: string, place: StackPlace, config: string): Promise<Stack> {
    await mkdir(place.folder, { recursive: true });
    const backend = place.env.PULUMI_BACKEND_URL ?? "";
    if (backend.startsWith("file:///")) await mkdir(backend.slice("file://".length), { recursive: true });
    await cp(join(place.project, "Pulumi.yaml"), join(place.folder, "Pulumi.yaml"));
    const stack = new Stack(name, place);
    await stack.configure(config);
    // It reads this stack alone: a list reads them all, and fails where another program is just writing or removing one.
    await stack.pulumi(["stack", "select", name, "--create", "-C", place.folder]);
    return stack;
  }

  /** Replaces the config, keeping the salt: with another one the state's secrets could not be read any more. */
  async configure(config: string): Promise<void> {
    const document = parseDocument(config);
    const before = parseDocument(await readFile(this.configFile, "utf8").catch(() => ""));
    const salt = isMap(before.contents) ? before.get("encryptionsalt") : undefined;
    if (salt) document.set("encryptionsalt", salt);
    await writeFile(this.configFile, String(document));
  }

  /** Sets one secret of the config, as `pulumi config set --secret --path` does. */
  async setSecret(path: string, value: string): Promise<void> {
    await this.pulumi(["config", "set", "--secret", "--path", path, ...this.which()], { input: value });
  }

  up(options: RunOptions & { args?: readonly string[] } = {}): Promise<string> {
    return this.pulumi(
      ["up", "--yes", "--skip-preview", "--color=never", ...(options.args ?? []), ...this.which()],
      options,
    );
  }

  preview(args: readonly string[] = [], options: RunOptions = {}): Promise<string> {
    return this.pulumi(["preview", "--color=never", ...args, ...this.which()], options);
  }

  destroy(): Promise<string> {
    return this.pulumi(["destroy", "--yes", "--skip-preview", "--color=never", ...this.which()]);
  }

  async outputs(): Promise<Record<string, unknown>> {
    const text = await this.pulumi(["stack", "output", "--json", "--stack", this.name]);
    return JSON.parse(text) as Record<string, unknown>;
  }

  /** The state as `pulumi stack export` prints it, secrets encrypted. */
  export(): Promise<string> {
    return this.pulumi(["stack", "export", "--stack", this.name]);
  }

  pulumi(args: readonly string[], options: RunOptions = {}): Promise<string> {
    const { pulumi, env, project } = this.place;
    return run(pulumi, [...args, "--non-interactive"], { cwd: project, ...options, env: { ...env, ...options.env } });
  }

  private which(): string[] {
    return ["--stack", this.name, "--config-file", this.configFile];
  }
}

/** The environment that keeps everything of Pulumi in `home` and `state`, and never in the user's own folders. */
export function pulumiEnv(home: string, state: string): NodeJS.ProcessEnv {
  return {
    PULUMI_HOME: home,
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_CONFIG_PASSPHRASE: "triton-bert-sandbox",
    PULUMI_SKIP_UPDATE_CHECK: "1",
  };
}
