/** Labels matter to serving alone: a change of one renders again and exports nothing. And what is wrong with them is told. */
import { describe, expect, it } from "vitest";
import { readLabels } from "../../../components/image/labels";
import type { LabelsOptions } from "../../../components/image/options";
import { imagesOf, project, write } from "./world";

const FILES = {
  "labels.json": '{"1": "distress", "0": "neutral"}',
  "list.json": '["neutral", "distress"]',
  "text.json": "neutral",
  "gap.json": '{"0": "neutral", "2": "distress"}',
  "twins.json": '{"0": "neutral", "1": "neutral"}',
  "spaces.json": '{"0": "neutral", "1": " neutral\\t"}',
  "unseen.json": '{"0": "neutral", "1": "neu\\u200btral"}',
  "composed.json": '{"0": "\\u00e9", "1": "e\\u0301"}',
  "empty.json": '{"0": "neutral", "1": "\\ufeff "}',
  "twice.json": '{"0": "neutral", "1": "\\"1\\": calm", "1": "distress"}',
  "quoted.json": '{"0": "neutral", "1": "\\"1\\": calm"}',
  "cases.json": '{"0": "Neutral", "1": "neutral"}',
};

function folder(): string {
  const made = project();
  write(made, FILES);
  return made;
}

describe("labels", () => {
  const planned = (labels?: LabelsOptions) => imagesOf({ labels }, folder());
  const hashes = (labels?: LabelsOptions) => {
    const { plan, problems } = planned(labels);
    expect(problems).toEqual([]);
    return { model: plan.model.hash, server: plan.server.hash };
  };
  const spec = (labels?: LabelsOptions): unknown => {
    const file = planned(labels).plan.server.files.get("spec.json");
    return file && "content" in file ? (JSON.parse(file.content) as { labels: unknown }).labels : file;
  };
  const inline = { 0: "neutral", 1: "distress" };

  it("move the server's hash and not the model's", () => {
    const without = hashes();
    const first = hashes({ inline });
    const second = hashes({ inline: { ...inline, 1: "panic" } });
    expect([first.model, second.model]).toEqual([without.model, without.model]);
    expect(new Set([without.server, first.server, second.server]).size).toBe(3);
  });

  it("are the same inline and in a file", () => {
    expect(hashes({ file: "labels.json" })).toEqual(hashes({ inline }));
  });

  it("stand in the server's spec by class number, and as null where the model's own are meant", () => {
    expect(spec({ inline })).toEqual({ "0": "neutral", "1": "distress" });
    expect(spec()).toBeNull();
  });
});

describe("a label file", () => {
  it.each(["list.json", "text.json", "none.json"])("%s is refused", (file) => {
    const { labels, problems } = readLabels({ file }, folder());
    expect(labels).toBeUndefined();
    expect(problems).toMatchObject([{ path: ["labels", "file"], got: file }]);
  });

  it.each(["quoted.json", "cases.json"])("%s is taken", (file) => {
    expect(readLabels({ file }, folder()).problems).toEqual([]);
  });

  it.each([
    ["gap.json", /none of class 1/],
    ["twins.json", /class 0 has the same label/],
    ["spaces.json", /can't be told by eye from "neutral", the label of class 0/],
    ["unseen.json", /can't be told by eye/],
    ["composed.json", /can't be told by eye/],
    ["empty.json", /is empty/],
    ["twice.json", /names class 1 twice/],
  ])("%s is refused as the same labels inline are", (file, because) => {
    const { labels, problems } = readLabels({ file }, folder());
    expect(labels).toBeUndefined();
    expect(problems).toMatchObject([{ path: ["labels", "file"], because: expect.stringMatching(because) }]);
  });
});
