/** What the tool chain consists of, as rows: the official programs that are published as downloads only, built here from
 *  the same sources by way of the Go module proxy. All are compiled from one go.mod, so shared packages compile once:
 *  10 to 15 minutes on 2 cores, where one by one they take 28.
 *  To bump a version: the row here, go.mod, then `npx tsx sandbox/toolchain/tidy.ts`. */
import type { Program } from "./builder";

export const PULUMI = "3.276.0";
/** The same as npm's @pulumi/kubernetes and @pulumi/docker: the engine asks for the plugin of the SDK's version. The Go
 *  proxy's newest source of the Kubernetes provider is 4.25's, so that SDK stays too. */
export const KUBERNETES_PROVIDER = "4.25.0";
export const DOCKER_PROVIDER = "5.2.0";
/** 1.38 will want another containerd than Debian's 1.6: its kubelet asks the runtime for the cgroup driver. */
export const KUBERNETES = "1.37.2";

export type ProgramName =
  | "pulumi"
  | "pulumi-language-nodejs"
  | "pulumi-resource-kubernetes"
  | "pulumi-resource-docker"
  | "kube"
  | "pause";

export const kubernetesNames = [
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kubelet",
  "kube-proxy",
  "kubectl",
] as const;

const pulumiVersion = { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": PULUMI };
const [kubernetesMajor = "", kubernetesMinor = ""] = KUBERNETES.split(".");

/** The slowest to compile first. */
export const programs: Readonly<Record<ProgramName, Program>> = {
  kube: {
    title: `Kubernetes ${KUBERNETES}`,
    source: "sandbox/toolchain/cmd/kube",
    symlinks: kubernetesNames,
    variables: {
      "k8s.io/component-base/version.gitVersion": `v${KUBERNETES}`,
      "k8s.io/component-base/version.gitMajor": kubernetesMajor,
      "k8s.io/component-base/version.gitMinor": kubernetesMinor,
    },
  },
  pulumi: {
    title: `Pulumi ${PULUMI}`,
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    variables: pulumiVersion,
  },
  "pulumi-language-nodejs": {
    title: "the Node language host",
    source: "test/stand-ins/language-host",
    variables: pulumiVersion,
  },
  "pulumi-resource-kubernetes": {
    title: `the Kubernetes provider ${KUBERNETES_PROVIDER}`,
    source: "sandbox/toolchain/cmd/pulumi-resource-kubernetes",
    variables: { "github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version.Version": KUBERNETES_PROVIDER },
  },
  "pulumi-resource-docker": {
    title: "a Docker provider",
    source: "test/stand-ins/docker-provider",
  },
  pause: { title: "a pause program", source: "sandbox/toolchain/cmd/pause" },
};

/** The module whose slimmed copy the Kubernetes provider is built from (source.ts); Go checks the sums. */
export const providerModule = {
  path: "github.com/pulumi/pulumi-kubernetes/provider/v4",
  version: "v4.0.0-20260115033456-f47bc2d6f199",
  sum: "h1:j2bphCf7c2YhnBrhwht2f3TNRRgcMImltUlAgzxr9H4=",
  goModSum: "h1:61at6ZXhz4COFbTksqENrBzq5VUQ/LV8sdZ7WJt9KT4=",
} as const;
