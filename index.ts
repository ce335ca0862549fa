/** The program that `pulumi up` runs. */
import { program } from "./components/config/program";

export = program();
