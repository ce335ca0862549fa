/** In the model image's build, what loads a checkpoint has no credential. */
import { expect, it } from "vitest";
import { exportFiles } from "../../../components/image/packageFolders";

const CREDENTIAL = /^ARG (\w+_CREDENTIAL)$/;

/** The lines of each stage, by its name; the last one's is empty. */
function stages(): Map<string, string[]> {
  const file = exportFiles([]).get("Dockerfile");
  const text = file && "content" in file ? file.content : "";
  const [, ...parts] = text.replaceAll("\\\n", " ").split(/^FROM /m);
  return new Map(
    parts.map((part) => {
      const [first = "", ...lines] = part.split("\n");
      return [/ AS (\w+)$/.exec(first)?.[1] ?? "", [first, ...lines]];
    }),
  );
}

it("credentials are arguments of the stage that fetches, and nothing is built on it", () => {
  const holders = [...stages()].filter(([, lines]) => lines.some((line) => CREDENTIAL.test(line)));
  expect(holders.map(([name]) => name)).toEqual(["fetch"]);
  const [, fetching = []] = holders[0] ?? [];
  const names = fetching.flatMap((line) => CREDENTIAL.exec(line)?.[1] ?? []);
  expect(names).toEqual(["MODEL_CREDENTIAL", "TOKENIZER_CREDENTIAL"]);
  expect(fetching.filter((line) => line.startsWith("RUN "))).toEqual([expect.stringMatching(/bert_exporter fetch /)]);
  for (const [name, [first = ""]] of stages()) expect(first.split(" ")[0], name).not.toBe("fetch");
});

it("what storages need is where they fetch, and for tests; not where a checkpoint is loaded", () => {
  const [[name] = [], ...others] = [...stages()].filter(([, lines]) =>
    lines.some((line) => line.includes("fetch.txt")),
  );
  expect(others).toEqual([]);
  const builtOnIt = [...stages()].filter(([, [first = ""]]) => first.split(" ")[0] === name);
  expect(builtOnIt.map(([stage]) => stage)).toEqual(["dev", "fetch"]);
});

it("the stage that exports mounts what was fetched, and the image takes from that stage alone", () => {
  const [exporting = [], image = []] = ["export", ""].map((name) => stages().get(name));
  expect(exporting.join("\n")).toMatch(/--mount=type=bind,from=fetch,.* bert_exporter export /);
  const copies = image.filter((line) => line.startsWith("COPY "));
  expect(copies.map((line) => line.split(" ")[1])).toEqual(["--from=export", "--from=export"]);
});
