/** The stack that the doctor looks at. In: `Pulumi.<stack>.yaml`, read as a file, since no state and no passphrase is needed to look.
 *  Out: what the program would plan, or a ConfigError. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ClusterOptions } from "../components/kubernetes/options";
import type { ServiceSpec } from "../components/options/stackOptions";
import { planServer, type ServerPlan } from "../components/server/plan";
import type { ServicePlan } from "../components/servicePlan";
import { UserError } from "../components/shared/problems";
import { planStack } from "../components/stack/planStack";
import { readStack } from "../components/stack/readStack";
import { openStackFile } from "../components/stack/stackFile";

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

/** @throws ConfigError with all problems of the config; UserError where there is none */
export function readPatients(stack: string, projectFolder: string): Stack {
  const file = join(projectFolder, `Pulumi.${stack}.yaml`);
  if (!existsSync(file)) throw new UserError(`there is no ${file}`);
  const { cluster, services } = planStack(openStackFile(readFileSync(file, "utf8"), file, stack, projectFolder));
  const read = readStack();
  const patients = Object.entries(services).flatMap(([key, { plan }]) => {
    const spec = read.services[key]?.spec;
    return spec === undefined ? [] : [{ key, spec, plan, server: planServer(spec).plan }];
  });
  return { cluster, patients };
}
