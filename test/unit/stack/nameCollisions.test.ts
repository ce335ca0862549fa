import fc from "fast-check";
import { expect, it } from "vitest";
import { MODEL_KEY, objectNames } from "../../../components/shared/names";
import { nameCollisions } from "../../../components/stack/nameCollisions";

const key = fc.oneof(
  fc.stringMatching(MODEL_KEY),
  fc.constantFrom("a", "a-metrics", "a-metrics-metrics", "constructor"),
);
const prefix = fc.stringMatching(/^([a-z][-a-z0-9]{0,13})?$/);

it("names of all Services are apart and legal where no collision is told, and only there", () => {
  fc.assert(
    fc.property(fc.uniqueArray(key, { minLength: 1, maxLength: 6 }), prefix, (keys, before) => {
      const names = keys.flatMap((one) => Object.values(objectNames(one, before)));
      const services = Object.fromEntries(keys.map((one) => [one, one]));
      const told = nameCollisions(services, before);
      expect(told.length === 0).toBe(new Set(names).size === names.length);
      for (const name of names) expect(name).toMatch(/^[a-z][-a-z0-9]{0,61}[a-z0-9]$|^[a-z]$/);
    }),
  );
});
