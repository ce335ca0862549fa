/** The kinds of the Prometheus operator that our package makes objects of, so that the API server checks them. Its programs
 *  are not run: it starts Prometheus from an image. In: its module in Go's module cache. Out: CustomResourceDefinitions. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { moduleSource } from "../toolchain/go";

const OPERATOR = {
  path: "github.com/prometheus-operator/prometheus-operator",
  version: "v0.85.0",
  sum: "h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=",
  goModSum: "h1:nsm9EUSfVNwcdq2v3aOkCYKMqE6dDZVCZ6aFJ1ABXm8=",
} as const;
const KINDS = ["podmonitors", "servicemonitors", "prometheusrules"] as const;

export async function monitoringKinds(): Promise<object[]> {
  const folder = join(await moduleSource(OPERATOR), "example", "prometheus-operator-crd");
  const files = KINDS.map((kind) => join(folder, `monitoring.coreos.com_${kind}.yaml`));
  return Promise.all(files.map(async (file) => parse(await readFile(file, "utf8")) as object));
}
