/** Where the program runs, for whatever a resource says of its stack. */
import * as pulumi from "@pulumi/pulumi";

export interface Program {
  readonly organization: string;
  readonly project: string;
  readonly stack: string;
  /** Absolute; what the config's relative paths refer to. */
  readonly projectFolder: string;
  /** What the stack's config says to Pulumi's own AWS provider (`aws:region`, `aws:profile`): what the environment of this machine says
   *  is no part of the stack. */
  readonly aws?: { readonly region?: string | undefined; readonly profile?: string | undefined };
}

/** The program that runs now. The provider, too, reads relative paths from the folder that it runs in. */
export const currentProgram = (): Program => ({
  organization: pulumi.getOrganization(),
  project: pulumi.getProject(),
  stack: pulumi.getStack(),
  projectFolder: process.cwd(),
  aws: configuredAws(),
});

/** What the config of this process says of AWS. */
export function configuredAws(): NonNullable<Program["aws"]> {
  const aws = new pulumi.Config("aws");
  return { region: aws.get("region"), profile: aws.get("profile") };
}
