/** Why a build failed. The docker provider tells of a failed build nothing but its exit code, so the code says what happened: in a model
 *  image's build to which source (images/model, bert_exporter/faults.py), in a server image's for which option (images/server,
 *  build_faults.py). In: the provider's error, and whose build it was. Out: words for the user. */
import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { packageRoot } from "../shared/packageRoot";
import { type Locate, pathText } from "../shared/paths";
import { MODEL_IMAGE, type Push, registryFaultText } from "./registryFaults";
import type { Source, SourceRole } from "./storages/storage";

export const FAULTS_FILE = path.join(packageRoot(), "images", "model", "src", "bert_exporter", "faults.json");
export const SERVER_FAULTS_FILE = path.join(packageRoot(), "images", "server", "src", "build_faults.json");
/** Of a process that the kernel ended: 128 + SIGKILL. */
const KILLED = 137;

const fault = z.strictObject({ code: z.int(), because: z.string(), remedy: z.string() });

const sourceFaults = z.strictObject({
  /** Added to a code where it is the tokenizer's source. */
  tokenizerOnTop: z.int(),
  kinds: z.record(z.string(), fault),
});

/** `path`: of the option that the fault stands in the way of. */
const serverFaults = z.record(z.string(), fault.extend({ path: z.array(z.string()) }));

/** A build that may fail. */
export interface Build {
  readonly sources: Readonly<Partial<Record<SourceRole, Source>>>;
  readonly locate: Locate;
  /** Shows all that the build says. */
  readonly command: string;
}

/** Words for a failed build, from the provider's errors, newest first. */
export function faultText(errors: readonly string[], { sources, locate, command }: Build): string {
  const code = Number(/exit code: (\d+)/.exec(errors[0] ?? "")?.[1]);
  const whole = `To see all that it says: ${command}`;
  if (code === KILLED)
    return `the build was killed: the engine's machine has too little memory for this model. ${whole}`;
  const said = serverFaultText(code, locate) ?? sourceFaultText(code, sources, locate);
  return said === undefined ? `the build failed. ${whole}` : `${said}. ${whole}`;
}

function serverFaultText(code: number, locate: Locate): string | undefined {
  const known = Object.values(serverFaults.parse(JSON.parse(fs.readFileSync(SERVER_FAULTS_FILE, "utf8"))));
  const found = known.find((one) => one.code === code);
  return found && `${pathText(locate(found.path))}: ${found.because}; ${found.remedy}`;
}

function sourceFaultText(code: number, sources: Build["sources"], locate: Locate): string | undefined {
  const { tokenizerOnTop, kinds } = sourceFaults.parse(JSON.parse(fs.readFileSync(FAULTS_FILE, "utf8")));
  const found = Object.values(kinds).find((known) => known.code === code % tokenizerOnTop);
  const role = code > tokenizerOnTop ? "tokenizer" : "model";
  const source = sources[role];
  if (found === undefined || source === undefined) return undefined;
  const credential = source.credential === undefined ? "no credential" : `the credential ${source.credential}`;
  return `${pathText(locate([role]))}: ${source.described}, asked with ${credential}, ${found.because}; ${found.remedy}`;
}

/** Says it as an error of `resource`, once for a failed build. */
export function tellFaults(name: string, build: Build & Push, resource: pulumi.Resource): pulumi.ResourceHookBinding {
  if (!takesErrorHooks()) return {};
  const hook = new pulumi.ErrorHook(name, ({ errors, newInputs }) => {
    const ofRegistry = registryFaultText(errors[0] ?? "", build, newInputs?.build?.args?.[MODEL_IMAGE]);
    void pulumi.log.error(ofRegistry ?? faultText(errors, build), resource);
    return false;
  });
  return { onError: [hook] };
}

/** Pulumi's mocks do not know them, and a test of a program that has one would never end (seen with 3.276). */
function takesErrorHooks(): boolean {
  const monitor: unknown = pulumi.runtime.getMonitor();
  return typeof monitor === "object" && monitor !== null && "registerErrorHook" in monitor;
}
