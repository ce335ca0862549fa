import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { type ContextFiles, contentDigests } from "../../../components/image/contextFiles";
import {
  exportEnvironmentFiles,
  exportFiles,
  type ServerKind,
  serverFiles,
  taskFiles,
} from "../../../components/image/packageFolders";
import { Pins } from "../../../components/image/pins";
import { STORAGES } from "../../../components/image/storages/storages";
import { lifecycle } from "../../../components/server/lifecycle";
import { rolloutOptions } from "../../../components/server/options";
import { watchCommand } from "../../../components/server/watch";
import { wireContract } from "../../../components/shared/contract";
import { packageRoot } from "../../../components/shared/packageRoot";
import { temporaryFolder, tree, write } from "./world";

const TASKS = Object.keys(wireContract().response);
/** Every server that there can be: who runs the graph decides what is installed, how the graph is made what makes it. */
const KINDS: Record<string, ServerKind> = {
  pypi: { flavour: "pypi", onnxBackend: "python", graph: "rewritten" },
  "pypi, ensemble": { flavour: "pypi", onnxBackend: "python", graph: "exported" },
  ngc: { flavour: "ngc", onnxBackend: "python", graph: "rewritten" },
  "ngc, GPU": { flavour: "ngc", onnxBackend: "onnxruntime", graph: "gpu" },
  image: { flavour: "image", onnxBackend: "python", graph: "rewritten" },
  "image, GPU": { flavour: "image", onnxBackend: "onnxruntime", graph: "gpu" },
};
const kinds = Object.entries(KINDS);
const OURS = ["images", "model_repository_templates"];

const text = (files: ContextFiles, name: string): string => {
  const file = files.get(name);
  return file && "content" in file ? file.content : "";
};

it.each(kinds)("the container's command is in the server image: %s", (_, kind) => {
  const { watch: times } = lifecycle(rolloutOptions.parse({}));
  const facts = { httpPort: 8000, device: "cpu", onnxBackend: "python", pipeline: "fused", instances: 1 } as const;
  const [, program = ""] = watchCommand({ ...facts, times });
  const files = serverFiles(kind);
  expect([...files.keys()]).toContain(program.replace("/opt/triton-bert/", "src/"));
  expect([...files.keys()].filter((name) => name.startsWith("src/bert_watch/")).length).toBeGreaterThan(5);
  const dockerfile = text(files, "Dockerfile");
  expect(dockerfile).toContain("COPY src/golden_probe.py src/watch.py /opt/triton-bert/\n");
  expect(dockerfile).toContain("COPY src/bert_watch /opt/triton-bert/bert_watch\n");
});

it.each(kinds)("the server image's Dockerfile has the stages of a server, and all that they copy: %s", (_, kind) => {
  const { flavour, graph } = kind;
  const code = [...serverFiles(kind).keys(), ...taskFiles("textClassification", "server").keys()];
  const files = [...code, "spec.json", "certificates/ca.crt"];
  const given = graph === "exported" ? files : [...files, "gate/texts.txt", "gate/decision.json"];
  const stages = stagesOf(text(serverFiles(kind), "Dockerfile"), { FLAVOUR: flavour, GRAPH: graph });
  const copied = stages.flatMap(({ copies }) => copies);
  expect(copied.length).toBeGreaterThan(8);
  const takes = (source: string, name: string) =>
    source.endsWith(".*") ? name.startsWith(source.slice(0, -1)) : `${name}/`.startsWith(`${source}/`);
  for (const source of copied)
    expect(
      given.some((name) => takes(source, name)),
      source,
    ).toBe(true);
  // and no file that no stage takes
  for (const name of given.filter((file) => file !== "Dockerfile"))
    expect(
      copied.some((source) => takes(source, name)),
      name,
    ).toBe(true);
});

interface Stage {
  readonly copies: readonly string[];
}

/** The stages that the last one leads to, as BuildKit finds them: by FROM and by COPY --from. */
function stagesOf(dockerfile: string, args: Record<string, string>): Stage[] {
  const lines = dockerfile.replaceAll("\\\n", " ").split("\n");
  const found: { name: string; needs: string[]; copies: string[] }[] = [];
  for (const line of lines) {
    const [, base = "", name = ""] = /^FROM (\S+)(?: AS (\S+))?$/.exec(line) ?? [];
    if (base !== "") {
      found.push({ name, needs: [base.replace(/\$\{(\w+)\}/g, (all, arg) => args[arg] ?? all)], copies: [] });
    }
    const [, from, sources = ""] = /^COPY (?:--from=(\S+) )?(.*) \S+$/.exec(line) ?? [];
    if (from !== undefined) found.at(-1)?.needs.push(from);
    else if (sources !== "") found.at(-1)?.copies.push(...sources.split(" "));
  }
  const reached = new Set([found.at(-1)]);
  for (const stage of reached)
    for (const need of stage?.needs ?? []) {
      const other = found.find(({ name }) => name === need);
      // Only a base or the model's image is none of the stages.
      if (other === undefined) expect(need).toMatch(/^(\$\{(BASE|TOOLS|MODEL)_IMAGE\}|scratch)$/);
      else reached.add(other);
    }
  return [...reached].filter((stage) => stage !== undefined);
}

describe("what goes into the contexts", () => {
  /** Every context of a copy of this package, by kind and name of the file. */
  function digests(root: string): Record<string, Record<string, string>> {
    const task = (image: "model" | "server") => TASKS.flatMap((name) => [...taskFiles(name, image, root)]);
    const servers = kinds.map(([name, kind]) => {
      const files = new Map([...serverFiles(kind, root), ...task("server")]);
      return [name, contentDigests(files)] as const;
    });
    const model = contentDigests(new Map([...exportFiles(Object.keys(STORAGES), root), ...task("model")]));
    return { model, ...Object.fromEntries(servers) };
  }

  function copy(): string {
    const root = temporaryFolder();
    for (const folder of OURS)
      fs.cpSync(path.join(packageRoot(), folder), path.join(root, folder), { recursive: true });
    return root;
  }

  it("is code, templates, pins and a Dockerfile", () => {
    const known =
      /^(Dockerfile|requirements(\/[\w.]+)*\.txt|src\/[\w/]+\.(py|json)|templates\/[\w/]+\.(py|yaml|pbtxt\.template))$/;
    for (const files of Object.values(digests(packageRoot()))) {
      expect(Object.keys(files).length).toBeGreaterThan(10);
      expect(Object.keys(files).filter((name) => !known.test(name))).toEqual([]);
    }
  });

  it("does not move by what tools leave behind: installs, environments, builds, caches, editors", () => {
    const root = copy();
    const left = {
      ".venv/lib/python3.11/site-packages/x.py": "x",
      "venv/lib/python3.11/site-packages/x.py": "x",
      "build/lib/bert_exporter/export.py": "x",
      "dist/x-0.1.0/x.py": "x",
      "bert_exporter.egg-info/PKG-INFO": "x",
      "bert_exporter.egg-info/odd.py": "x",
      "__pycache__/export.cpython-311.pyc": "x",
      ".pytest_cache/README.md": "x",
      ".mypy_cache/3.11/x.json": "x",
      ".ruff_cache/x": "x",
      ".DS_Store": "x",
      "export.py~": "x",
      "uv.lock": "x",
    };
    const places = Object.keys(tree(root, /\.py$/)).map((file) => path.dirname(file));
    expect(new Set(places).size).toBeGreaterThan(8);
    for (const place of new Set(["images/model", "images/model/src", "images/server", "images/server/src", ...places]))
      for (const [name, content] of Object.entries(left)) write(root, { [`${place}/${name}`]: content });
    expect(digests(root)).toEqual(digests(packageRoot()));
  });

  it("holds the code of the storages that a model uses, and of no other", () => {
    const root = copy();
    const before = contentDigests(exportFiles(["hf"], root));
    expect(
      Object.keys(before)
        .filter((name) => name.includes("/fetch/"))
        .sort(),
    ).toEqual(["src/bert_exporter/fetch/__init__.py", "src/bert_exporter/fetch/hf.py"]);
    write(root, { "images/model/src/bert_exporter/fetch/s3.py": "" });
    expect(contentDigests(exportFiles(["hf"], root))).toEqual(before);
    expect(Object.keys(contentDigests(exportFiles(["hf", "s3"], root)))).toHaveLength(Object.keys(before).length + 1);
    const packages = '# /// script\n# dependencies = ["boto3==1.0"]\n# ///\n';
    write(root, { "images/model/src/bert_exporter/fetch/s3.py": packages });
    expect(contentDigests(exportFiles(["hf"], root))).toEqual(before);
    expect(text(exportFiles(["hf", "s3"], root), "requirements/fetch.txt")).toBe("boto3==1.0\n");
  });

  it("of a task is its own folder, and for the export its decision alone", () => {
    const root = copy();
    const folder = "images/shared/bert_tasks";
    const both = () =>
      (["model", "server"] as const).map((image) => contentDigests(taskFiles("textClassification", image, root)));
    const moves = (change: Record<string, string>) => {
      const before = both();
      write(root, change);
      return both().map((now, index) => JSON.stringify(now) !== JSON.stringify(before[index]));
    };
    expect(moves({ [`${folder}/text_classification/decide.py`]: "changed" })).toEqual([true, true]);
    expect(moves({ [`${folder}/text_classification/answer.py`]: "changed" })).toEqual([false, true]);
    expect(moves({ [`${folder}/multi_label_classification/decide.py`]: "changed" })).toEqual([false, false]);
    expect(moves({ [`${folder}/stars/decide.py`]: "", [`${folder}/stars/answer.py`]: "" })).toEqual([false, false]);
  });

  it("does not move by CRLF line ends", () => {
    const root = copy();
    const files = tree(root);
    expect(Object.keys(files).length).toBeGreaterThan(100);
    for (const [name, content] of Object.entries(files)) write(root, { [name]: content.replaceAll("\n", "\r\n") });
    expect(digests(root)).toEqual(digests(packageRoot()));
    expect(exportEnvironmentFiles(root)).toEqual(exportEnvironmentFiles(packageRoot()));
  });

  it("moves by a pin in the contexts that install it, and by a linter's version or a tool's setting in none", () => {
    const changed = (image: string, from: RegExp, to: string) => {
      const root = copy();
      const file = path.join(root, "images", image, "pyproject.toml");
      const before = fs.readFileSync(file, "utf8");
      expect(before).toMatch(from);
      fs.writeFileSync(file, before.replace(from, to));
      const [theirs, ours] = [digests(root), digests(packageRoot())];
      return Object.keys(ours).filter((kind) => JSON.stringify(theirs[kind]) !== JSON.stringify(ours[kind]));
    };
    expect(changed("model", /transformers==[\d.]+/, "transformers==99")).toEqual(["model"]);
    expect(changed("server", /protobuf==[\d.]+/, "protobuf==99")).toEqual(Object.keys(KINDS));
    const inPython = kinds.filter(([, { onnxBackend }]) => onnxBackend === "python").map(([name]) => name);
    // The graph of a GPU is made with it, and runs in Triton's own.
    expect(changed("server", /onnxruntime==[\d.]+/, "onnxruntime==99")).toEqual(Object.keys(KINDS));
    // instead of it, on an old Python
    expect(changed("server", /"onnxruntime==[\d.]+"\]/, '"onnxruntime==99"]')).toEqual(
      inPython.filter((name) => !name.startsWith("pypi")),
    );
    for (const image of ["model", "server"]) {
      expect(changed(image, /pytest==[\d.]+/, "pytest==99")).toEqual([]);
      expect(changed(image, /testpaths = .*/, 'testpaths = ["other"]')).toEqual([]);
    }
  });
});

describe("the pins", () => {
  const server = () => new Pins(path.join(packageRoot(), "images", "server"));

  it("are each in one place", () => {
    for (const image of ["model", "server"]) {
      const file = fs.readFileSync(path.join(packageRoot(), "images", image, "pyproject.toml"), "utf8");
      // an old Python has others in the place of some
      const names = [...file.replace(/^"python.*$/gm, "").matchAll(/"([\w-]+)==/g)].map(([, name]) => name);
      expect(names.length).toBeGreaterThan(15);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  it("of an extra hold those of the extras that it asks for, and nothing of the project itself", () => {
    const lines = server().of("dependencies", "test").split("\n");
    expect(lines).toEqual(
      expect.arrayContaining([expect.stringMatching(/^numpy==/), expect.stringMatching(/^onnx==/)]),
    );
    expect(lines.join()).not.toContain("triton-bert");
    expect(server().of("rewrite", "test", "rewrite")).toBe(server().of("rewrite", "test"));
  });

  it("of an old Python go before, and are nobody else's", () => {
    const [newer, older] = [
      server().named("onnxruntime", "numpy"),
      server().namedFirstOf("python3.10", "onnxruntime", "numpy"),
    ];
    expect(newer.split("\n")[1]).toBe(older.split("\n")[1]);
    expect(newer.split("\n")[0]).not.toBe(older.split("\n")[0]);
    expect(older).toMatch(/^onnxruntime==1\.23/);
  });

  it("say what is not there", () => {
    expect(() => server().of("tests")).toThrow(/pyproject\.toml lacks the extra tests$/);
    expect(() => server().named("numpy", "nump")).toThrow(/pyproject\.toml lacks a pin of nump$/);
  });
});
