/** Where the program runs, for whatever a resource says of its stack. */
import * as pulumi from "@pulumi/pulumi";

export interface Program {
  readonly organization: string;
  readonly project: string;
  readonly stack: string;
  /** Absolute; what the config's relative paths refer to. */
  readonly projectFolder: string;
}

/** The program that runs now. The provider, too, reads relative paths from the folder that it runs in. */
export function currentProgram(): Program {
  return {
    organization: pulumi.getOrganization(),
    project: pulumi.getProject(),
    stack: pulumi.getStack(),
    projectFolder: process.cwd(),
  };
}
