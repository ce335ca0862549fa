/** A number that decides something stands where it decides; texts and pages take it from there, or are held to it. */
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { SIGNALS } from "../../../components/kubernetes/scaling/signals";
import { lifecycle } from "../../../components/server/lifecycle";
import { limitsOf } from "../../../components/server/limits";
import { rolloutOptions, servingOptions } from "../../../components/server/options";

const ROOT = path.resolve(__dirname, "..", "..", "..");
const read = (file: string) => fs.readFileSync(path.join(ROOT, file), "utf8");

describe("an option's text", () => {
  const files = fs
    .readdirSync(path.join(ROOT, "components"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith("options.ts") && !file.includes("node_modules"))
    .map((file) => path.join("components", file));
  it("is found", () => expect(files.length).toBeGreaterThan(5));

  it.each(files)("repeats no default as a literal: %s", (file) => {
    const texts = [...read(file).matchAll(/"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g)].map(([text]) => text);
    const defaults = texts.map((text) => /Default:.*/s.exec(text)?.[0].replace(/\$\{[^}]*\}/g, "") ?? "");
    expect(defaults.filter((text) => /\d/.test(text))).toEqual([]);
  });
});

describe("a page", () => {
  it.each(Object.entries(SIGNALS))("docs/autoscaling.md has the targets of %s", (name, { target }) => {
    const row = read("docs/autoscaling.md")
      .split("\n")
      .find((line) => line.startsWith(`| \`${name}\``));
    const spaced = (value: string) => value.replace(/(\d)([a-z])/, "$1 $2");
    expect(row?.split("|").at(-2)?.trim()).toBe(`${spaced(target.cpu)}, ${spaced(target.gpu)}`);
  });

  it("docs/limits.md shows the default limits", () => {
    const { bodyBytes: _, ...limits } = limitsOf(servingOptions.parse({}), rolloutOptions.parse({}));
    const shown = /limits: \{(.*)\}/
      .exec(read("docs/limits.md"))?.[1]
      ?.split(",")
      .map((pair) => pair.split(":"));
    expect(Object.fromEntries((shown ?? []).map(([key = "", value]) => [key.trim(), Number(value)]))).toEqual(limits);
  });
});

it("the probe gives up before the kubelet does, so that its reason is heard", () => {
  const seconds = Number(/^TIMEOUT_SECONDS = (\d+)$/m.exec(read("images/server/src/golden_probe.py"))?.[1]);
  expect(seconds).toBeLessThan(lifecycle(rolloutOptions.parse({})).startup.timeoutSeconds);
});
