/// <reference lib="es2022" />
/** What this package offers to programs in other languages: the component, and nothing that runs by being imported. The
 *  first line, because Pulumi's plugin host compiles for ES2020 where the calling project has no tsconfig.json. */
export { TritonBertService } from "./tritonBertService";
