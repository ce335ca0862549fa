/** The stack that the doctor looks at. In: `Pulumi.<stack>.yaml`, read as a file, since no state and no passphrase is needed to look.
 *  Out: what the program would plan, or a ConfigError. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import type { ClusterOptions } from "../components/kubernetes/options";
import type { ServiceSpec } from "../components/options/stackOptions";
import { planServer, type ServerPlan } from "../components/server/plan";
import type { ServicePlan } from "../components/servicePlan";
import { UserError } from "../components/shared/problems";
import { planStack } from "../components/stack/planStack";
import { readStack } from "../components/stack/readStack";

export interface Patient {
  readonly key: string;
  readonly spec: ServiceSpec;
  readonly server: ServerPlan;
  readonly plan: ServicePlan;
}

export interface Stack {
  readonly cluster: ClusterOptions;
  readonly patients: readonly Patient[];
}

/** Nobody can read a secret without the stack's key. */
const ENCRYPTED = "encrypted";

/** @throws ConfigError with all problems of the config; UserError where there is none */
export function readPatients(stack: string, projectFolder: string): Stack {
  const file = join(projectFolder, `Pulumi.${stack}.yaml`);
  if (!existsSync(file)) throw new UserError(`there is no ${file}`);
  const { config = {} } = (parse(readFileSync(file, "utf8")) ?? {}) as { config?: Record<string, unknown> };
  const secrets = Object.keys(config).filter((key) => JSON.stringify(config[key]).includes('{"secure":'));
  const values = Object.entries(config).map(([key, value]) => {
    const plain = withoutSecrets(value);
    return [key, typeof plain === "string" ? plain : JSON.stringify(plain)];
  });
  pulumi.runtime.setAllConfig(Object.fromEntries(values), secrets);
  const { cluster, services } = planStack({ organization: "organization", project: "doctor", stack, projectFolder });
  const read = readStack();
  const patients = Object.entries(services).flatMap(([key, { plan }]) => {
    const spec = read.services[key]?.spec;
    return spec === undefined ? [] : [{ key, spec, plan, server: planServer(spec).plan }];
  });
  return { cluster, patients };
}

function withoutSecrets(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(withoutSecrets);
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0]?.[0] === "secure") return ENCRYPTED;
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutSecrets(inner)]));
}
