/** What the engine is told of a user's args: as they were written, and nothing that may not lie in a state. */
import * as pulumi from "@pulumi/pulumi";
import { expect, it } from "vitest";
import { intentOf } from "../../../components/options/intent";

const MODEL = { local: { path: "models/emotion" } };

it("is what was written, without defaults, whatever the order", () => {
  const written = { serving: { maxLength: 512, instances: 2 }, model: MODEL, tag: undefined };
  const turned = { model: MODEL, serving: { instances: 2, maxLength: 512 } };
  expect(intentOf(written)).toEqual(turned);
  expect(JSON.stringify(intentOf(written))).toBe(JSON.stringify(intentOf(turned)));
});

it("holds an option that no schema knows yet", () => {
  expect(intentOf({ model: MODEL, brandNew: { option: [1] } })).toMatchObject({ brandNew: { option: [1] } });
});

it("has no credentials, and not the name that the resource has anyway", () => {
  const credentials = { hf: { token: pulumi.secret("hf_token") }, plain: { token: "hf_token" } };
  expect(intentOf({ model: MODEL, credentials, renamedFrom: "mood" })).toEqual({ model: MODEL });
});

it("says of an Output that there is one, at its place, and looks into none", () => {
  const never = new Promise<string>(() => undefined);
  const values = [pulumi.secret("hush"), pulumi.output("known"), never, "plain", null];
  const annotations = { secret: values[0], known: values[1], late: values[2], plain: "plain" };
  const said = intentOf({ service: { annotations }, podOverrides: { spec: { list: values } } });
  const later = "[output]";
  expect(said).toEqual({
    service: { annotations: { secret: later, known: later, late: later, plain: "plain" } },
    podOverrides: { spec: { list: [later, later, later, "plain", null] } },
  });
});
