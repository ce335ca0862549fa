/** What `import … from "triton-bert"` gives where the package is installed from npm's tarball: the component, the program of
 *  a stack's config, and the types of what goes in and comes out. Beside components/index.ts, which is what other languages
 *  get: Pulumi makes a resource of every component that it finds there. */
export * from "../args";
export type { Autoscaling, Quality, ServiceEndpoints, ServiceOutputs, StackOutputs } from "../shared/outputs";
export { TritonBertService } from "../tritonBertService";
export { program } from "./program";
