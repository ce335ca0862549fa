/** The program that `pulumi up` runs: its outputs are the stack's. */
import { program } from "./components/stack/program";

export = program();
