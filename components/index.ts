/** What this package offers to programs in other languages: the component, and nothing that runs by being imported. */
export { TritonBertService } from "./tritonBertService";
