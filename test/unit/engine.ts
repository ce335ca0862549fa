/** An engine that remembers, for the tests that run a whole program: what was registered, with parents, providers and options,
 *  and what was said. In: a program. Out: what it made. */
import * as pulumi from "@pulumi/pulumi";
import { vi } from "vitest";
import { awsAnswer } from "./aws";

export interface Registered {
  readonly type: string;
  readonly name: string;
  /** Logical name; empty for what has no parent. */
  readonly parent: string;
  // biome-ignore lint/suspicious/noExplicitAny: the inputs of any resource
  readonly inputs: any;
  readonly provider: string;
  readonly ignoreChanges: readonly string[];
  readonly hideDiffs: readonly string[];
  /** Logical names. */
  readonly dependsOn: readonly string[];
  /** Of a create and of an update. */
  readonly timeouts: readonly string[];
}

/** What a program made and said. */
export interface Made {
  readonly registered: readonly Registered[];
  /** Names of the outputs that a component registers, by its logical name. */
  readonly outputs: Readonly<Record<string, string[]>>;
  /** `<resource>: <text>` */
  readonly warnings: readonly string[];
}

export const DIGEST = `sha256:${"d".repeat(64)}`;

interface Struct {
  toJavaScript(): object;
}

/** Of resource.proto, what is looked at. */
interface Request {
  getType(): string;
  getName(): string;
  getParent(): string;
  getProvider(): string;
  getIgnorechangesList(): string[];
  getHidediffsList(): string[];
  getDependenciesList(): string[];
  getCustomtimeouts(): { getCreate(): string; getUpdate(): string } | undefined;
  getObject(): Struct | undefined;
}

interface OutputsRequest {
  getUrn(): string;
  getOutputs(): Struct | undefined;
}

/** Lets `look` see each request to `method`. */
function watch<Seen>(monitor: object, method: string, look: (request: Seen) => void): void {
  const methods = monitor as Record<string, (request: Seen, ...rest: unknown[]) => unknown>;
  const original = methods[method]?.bind(monitor);
  methods[method] = (request, ...rest) => {
    look(request);
    return original?.(request, ...rest);
  };
}

const urnOf = (resource?: pulumi.Resource): Promise<string | undefined> =>
  new Promise((resolve) => (resource ? resource.urn.apply(resolve) : resolve(undefined)));

const nameOf = (urn: string): string => urn.split("::").at(-1) ?? "";

/** Runs a program to its end in a project folder. In a preview nothing is known that a build will tell. */
export async function run(program: () => unknown, folder: string, preview = true): Promise<Made> {
  const registered: Registered[] = [];
  const outputs: Record<string, string[]> = {};
  const warnings: string[] = [];
  await pulumi.runtime.setMocks(
    {
      call: ({ token, inputs }) => awsAnswer(token, inputs) ?? inputs,
      newResource({ type, name, inputs }) {
        const built = type === "docker:index/image:Image" && !preview;
        const repository = String(inputs.imageName).replace(/:[^:/]+$/, "");
        return { id: `${name}-id`, state: built ? { ...inputs, repoDigest: `${repository}@${DIGEST}` } : inputs };
      },
    },
    "shop",
    "dev",
    preview,
    "acme",
  );
  const monitor = pulumi.runtime.getMonitor();
  if (monitor === undefined) throw new Error("the mocks made no monitor");
  // Parents, providers and options are not among what mocks are told; the requests have them.
  watch(monitor, "registerResource", (request: Request) => {
    const timeouts = request.getCustomtimeouts();
    registered.push({
      type: request.getType(),
      name: request.getName(),
      parent: nameOf(request.getParent()),
      inputs: request.getObject()?.toJavaScript(),
      provider: request.getProvider(),
      ignoreChanges: request.getIgnorechangesList(),
      hideDiffs: request.getHidediffsList(),
      dependsOn: request.getDependenciesList().map(nameOf).sort(),
      timeouts: timeouts === undefined ? [] : [timeouts.getCreate(), timeouts.getUpdate()],
    });
  });
  watch(monitor, "registerResourceOutputs", (request: OutputsRequest) => {
    outputs[nameOf(request.getUrn())] = Object.keys(request.getOutputs()?.toJavaScript() ?? {});
  });
  const warn = vi.spyOn(pulumi.log, "warn").mockImplementation(async (text, resource) => {
    warnings.push(`${nameOf((await urnOf(resource)) ?? "")}: ${text}`);
  });
  const cwd = vi.spyOn(process, "cwd").mockReturnValue(folder);
  try {
    await program();
    await pulumi.runtime.disconnect();
  } finally {
    cwd.mockRestore();
    warn.mockRestore();
  }
  // They are registered as their inputs come to be known, in no order.
  return { registered: registered.sort((a, b) => (a.name < b.name ? -1 : 1)), outputs, warnings };
}
