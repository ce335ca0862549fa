/** The wire format as TypeScript needs it, read from the same file as the Python that serves it. In: contract.yaml. Out: the
 *  ports, what a client sends and gets, what a deployment may ask for, and the names of the models behind the public one. */
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { packageRoot } from "./packageRoot";

/** Absolute. */
export const CONTRACT_FILE = path.join(packageRoot(), "model_repository_templates", "contract.yaml");

const tensor = z.object({ name: z.string(), type: z.string(), dims: z.array(z.int()) });
/** "classes": as many as the model has. */
const output = z.object({ ...tensor.shape, dims: z.array(z.union([z.int(), z.literal("classes")])) });
const range = z.tuple([z.int(), z.int()]);
const port = z.int().min(1).max(65535);

const contract = z.object({
  ports: z.object({ http: port, grpc: port, metrics: port }),
  request: z.object({ text: tensor }),
  /** By task, by what the task calls them. */
  response: z.record(z.string(), z.record(z.string(), output)),
  bounds: z.object({ maxBatchSize: range, maxLength: range }),
  defaults: z.object({ maxLength: z.int() }),
  roles: z.object({ preprocessing: z.string(), inference: z.string(), postprocessing: z.string() }),
});

export type Contract = z.output<typeof contract>;

let read: Contract | undefined;

/** The contract; read once. */
export function wireContract(): Contract {
  read ??= contract.parse(parse(fs.readFileSync(CONTRACT_FILE, "utf8")));
  return read;
}
