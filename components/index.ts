/** What this package offers to programs in other languages: the component, and nothing that runs by being imported. Their
 *  way here is plugin.js. */
export { TritonBertService } from "./tritonBertService";
