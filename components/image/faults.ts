/** Why a build of a model image failed. The docker provider tells of a failed build nothing but its exit code, so the code says what
 *  happened (images/model, bert_exporter/faults.py). In: the provider's error, and whose build it was. Out: words for the user. */
import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { packageRoot } from "../shared/packageRoot";
import { type Locate, pathText } from "../shared/paths";
import type { Source, SourceRole } from "./storages/storage";

export const FAULTS_FILE = path.join(packageRoot(), "images", "model", "src", "bert_exporter", "faults.json");
/** Of a process that the kernel ended: 128 + SIGKILL. */
const KILLED = 137;

const faults = z.object({
  /** Added to a code where it is the tokenizer's source. */
  tokenizerOnTop: z.int(),
  kinds: z.record(z.string(), z.object({ code: z.int(), because: z.string(), remedy: z.string() })),
});

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
  const { tokenizerOnTop, kinds } = faults.parse(JSON.parse(fs.readFileSync(FAULTS_FILE, "utf8")));
  const fault = Object.values(kinds).find((known) => known.code === code % tokenizerOnTop);
  const role = code > tokenizerOnTop ? "tokenizer" : "model";
  const source = sources[role];
  if (fault === undefined || source === undefined) return `the build failed. ${whole}`;
  const credential = source.credential === undefined ? "no credential" : `the credential ${source.credential}`;
  return `${pathText(locate([role]))}: ${source.described}, asked with ${credential}, ${fault.because}; ${fault.remedy}. ${whole}`;
}

/** Says it as an error of `resource`, once for a failed build. */
export function tellFaults(name: string, build: Build, resource: pulumi.Resource): pulumi.ResourceHookBinding {
  if (!takesErrorHooks()) return {};
  const hook = new pulumi.ErrorHook(name, ({ errors }) => {
    void pulumi.log.error(faultText(errors, build), resource);
    return false;
  });
  return { onError: [hook] };
}

/** Pulumi's mocks do not know them, and a test of a program that has one would never end (seen with 3.276). */
function takesErrorHooks(): boolean {
  const monitor: unknown = pulumi.runtime.getMonitor();
  return typeof monitor === "object" && monitor !== null && "registerErrorHook" in monitor;
}
