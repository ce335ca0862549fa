/** The kinds of the Gateway API that our package makes objects of, so that the API server checks them. No gateway is run. In: its module
 *  in Go's module cache (1.7 asks for a Go newer than ours). Out: CustomResourceDefinitions of the standard channel. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { moduleSource } from "./toolchain/go";

const GATEWAY_API = {
  path: "sigs.k8s.io/gateway-api",
  version: "v1.6.3",
  sum: "h1:lKpJa5bGlraC/QeACvCpsHLdmO6y0iKfzVl6gzaFEYc=",
  goModSum: "h1:FVfx3t389ybeXOqvDghLbdvJdSCfI/PReqCUI3lu3mY=",
} as const;
const KINDS = ["gateways", "httproutes", "grpcroutes"] as const;

export async function gatewayKinds(): Promise<object[]> {
  const folder = join(await moduleSource(GATEWAY_API), "config", "crd", "standard");
  const files = KINDS.map((kind) => join(folder, `gateway.networking.k8s.io_${kind}.yaml`));
  return Promise.all(files.map(async (file) => parse(await readFile(file, "utf8")) as object));
}
