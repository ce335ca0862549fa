/** Models of one stack whose Kubernetes objects would have the same name. */
import { objectNames } from "../shared/names";
import type { Problem } from "../shared/problems";

/** Two models whose Kubernetes objects would have the same name; both parties are named. `services`: key → the key that
 *  names its objects, which is another one after a rename. */
export function nameCollisions(services: Readonly<Record<string, string>>, prefix: string): Problem[] {
  const taken = new Map<string, string>();
  const problems: Problem[] = [];
  for (const [key, service] of Object.entries(services)) {
    const names = Object.values(objectNames(service, prefix));
    const twin = names.find((name) => taken.has(name));
    if (twin !== undefined) {
      const other = taken.get(twin);
      const because = `its Service "${twin}" would have the name of a Service of models.${other}`;
      problems.push({ path: [key], because, remedy: `choose another key than "${key}" or "${other}"` });
    }
    for (const name of names) taken.set(name, key);
  }
  return problems;
}
