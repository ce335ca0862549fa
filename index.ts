/** The program that `pulumi up` runs: its outputs are the stack's. */
import { program } from "./components/stack/program";

const outputs = program();
// Pulumi awaits them a moment later; until then Node would call a refusal unhandled
outputs.catch(() => undefined);

export = outputs;
