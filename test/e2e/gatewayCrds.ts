/** The Gateway API's kinds in the cluster, for tests that run alone: whoever watches all kinds would see them come and go. */
import { gatewayKinds } from "../../sandbox/gatewayKinds";
import { environment } from "./support";

const CRDS = ["gateways", "httproutes", "grpcroutes"].map((kind) => `${kind}.gateway.networking.k8s.io`);

export async function addGatewayKinds(): Promise<void> {
  const { kubectl } = await environment();
  const list = { apiVersion: "v1", kind: "List", items: await gatewayKinds() };
  await kubectl(["apply", "--server-side", "-f", "-"], { input: JSON.stringify(list) });
  await kubectl(["wait", "--for=condition=Established", "--timeout=60s", "crd", ...CRDS]);
}

export async function removeGatewayKinds(): Promise<void> {
  await (await environment()).kubectl(["delete", "crd", ...CRDS]);
}
