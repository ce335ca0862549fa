/** What is said of AWS, and what it moves. */
import { ACCOUNT, REGION } from "../aws";
import type { Row } from "./args";

const ecr = (more: object = {}) => ({ registry: { ecr: { account: ACCOUNT, region: REGION, ...more } } });
const eks = (more: object = {}) => ({
  autoscaling: { cpu: { max: 8 } },
  cluster: { eks: { name: "ml-prod", region: REGION, ...more } },
});
const kms = (key: string) => ({ kms: { key: `arn:aws:kms:${REGION}:${ACCOUNT}:key/${key}` } });
export const awsRows: readonly Row[] = [
  // another account than that of the credentials is refused only when AWS is asked: test/unit/image/ecr.test.ts
  ["registry.ecr.account", ecr(), ecr({ account: "1" }), ["refused: sentiment.registry.ecr.account"]],
  [
    "registry.ecr.region",
    ecr(),
    ecr({ region: "eu-west-1" }),
    [
      "after up: reference",
      "model tag",
      "model-image: registry.server",
      "output: imageDigest",
      "repository: region",
      "server tag",
      "server-image: build.args.MODEL_IMAGE",
      "server-image: registry.server",
    ],
  ],
  [
    "registry.ecr.prefix",
    ecr(),
    ecr({ prefix: "ml/triton" }),
    [
      "after up: reference",
      "model tag",
      "output: imageDigest",
      "repository: name",
      "server tag",
      "server-image: build.args.MODEL_IMAGE",
    ],
  ],
  ["registry.ecr.scanOnPush", ecr(), ecr({ scanOnPush: false }), ["repository: imageScanningConfiguration.scanOnPush"]],
  [
    "registry.ecr.immutableTags",
    ecr(),
    ecr({ immutableTags: false }),
    ["repository: imageTagMutability", "repository: imageTagMutabilityExclusionFilters"],
  ],
  [
    "registry.ecr.encryption.aes256",
    ecr(),
    ecr({ encryption: kms("a") }),
    ["repository: encryptionConfigurations.0.encryptionType", "repository: encryptionConfigurations.0.kmsKey"],
  ],
  [
    "registry.ecr.encryption.kms.key",
    ecr({ encryption: kms("a") }),
    ecr({ encryption: kms("b") }),
    ["repository: encryptionConfigurations.0.kmsKey"],
  ],
  ["registry.ecr.untaggedDays", ecr(), ecr({ untaggedDays: 14 }), ["lifecycle-policy"]],
  ["registry.ecr.forceDelete", ecr(), ecr({ forceDelete: true }), ["repository: forceDelete"]],
  [
    "cluster.eks.name",
    eks(),
    eks({ name: "ml-test" }),
    ["after up: cluster.identifier", "after up: cluster.kubeconfig"],
  ],
  [
    "cluster.eks.region",
    eks(),
    eks({ region: "eu-west-1" }),
    ["after up: cluster.identifier", "after up: cluster.kubeconfig"],
  ],
  ["cluster.eks.account", eks(), eks({ account: "1" }), ["refused: sentiment.cluster.eks.account"]],
  ["cluster.eks.profile", eks(), eks({ profile: "ml" }), ["after up: cluster.kubeconfig"]],
  ["cluster.eks.role", eks(), eks({ role: `arn:aws:iam::${ACCOUNT}:role/deploy` }), ["after up: cluster.kubeconfig"]],
];
