/** Where this package's own files lie that go into the images, and how each context lays them out. Found from this file,
 *  not from the project: the project may be another one that imports the package. */
import * as path from "node:path";
import { CONTRACT_FILE } from "../shared/contract";
import { type ContextFile, type ContextFiles, packageFiles } from "./contextFiles";

const ROOT = path.resolve(__dirname, "..", "..");
const TEMPLATES = path.join(ROOT, "model_repository_templates");
const EXPORTER = path.join(ROOT, "exporter");

/** What exports a model; apart from what renders, so that most upgrades of this package export nothing again. */
export function exportFiles(): ContextFiles {
  return new Map([
    ...packageFiles(path.join(EXPORTER, "bert_exporter"), "exporter/bert_exporter"),
    ["exporter/requirements.txt", { file: path.join(EXPORTER, "requirements.txt") }],
    ["Dockerfile", { file: path.join(TEMPLATES, "docker", "model.Dockerfile") }],
  ]);
}

/** What renders a server's repository and asks it the golden examples. */
export function serverFiles(flavour: "pypi" | "ngc" | "image"): ContextFiles {
  return new Map<string, ContextFile>([
    ...packageFiles(path.join(EXPORTER, "triton_repository"), "exporter/triton_repository"),
    ...(flavour === "pypi" ? packageFiles(path.join(EXPORTER, "cpu_graph"), "exporter/cpu_graph") : []),
    ...packageFiles(path.join(TEMPLATES, "models"), "templates/models"),
    ["templates/contract.yaml", { file: CONTRACT_FILE }],
    ...packageFiles(path.join(TEMPLATES, "watch"), "watch"),
    ["golden/golden_probe.py", { file: path.join(TEMPLATES, "golden", "golden_probe.py") }],
    ["server-requirements.txt", { file: path.join(TEMPLATES, "docker", "server-requirements.txt") }],
    ["Dockerfile", { file: path.join(TEMPLATES, "docker", `server.${flavour}.Dockerfile`) }],
  ]);
}
