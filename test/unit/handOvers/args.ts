/** What the rows of the table have in common. */
import type { TritonBertServiceArgs } from "../../../components/args";

export type Args = { readonly [Option in keyof TritonBertServiceArgs]?: unknown };

/** Both args are laid over ARGS; `moves`: every place that differs then. */
export type Row = readonly [option: string, before: Args, after: Args, moves: readonly string[]];

export const ARGS = {
  model: { local: { path: "models/emotion" } },
  server: { pypi: {} },
  registry: { generic: { repository: "registry.example.com/triton" } },
};

export const ngc = (more: object = {}) => ({ server: { ngc: more } });
export const gpu = (more: object = {}) => ({ ...ngc(), gpu: { type: "L4", driver: "580", ...more } });
export const alerts = (more: object = {}) => ({ monitoring: { alerts: { runbook: "https://a.example/x", ...more } } });
