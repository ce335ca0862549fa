/** What a service says of itself, as types: beside args.ts the other half of what a program that uses it sees. Apart from the code
 *  that fills them, since their declarations are published, and those of most other files lead to zod's, which a
 *  project with Pulumi's own tsconfig.json can't compile. */
import type * as pulumi from "@pulumi/pulumi";

/** What a component says of its service; the texts stand at its fields. */
export interface ServiceOutputs {
  readonly url: pulumi.Output<string>;
  readonly endpoints: pulumi.Output<ServiceEndpoints>;
  readonly image: pulumi.Output<string>;
  readonly imageDigest: pulumi.Output<string>;
  readonly quality: pulumi.Output<Quality>;
  readonly modelNames: pulumi.Output<string[]>;
  readonly autoscaling: pulumi.Output<Autoscaling>;
}

/** What the program of a stack's config exports, by the model's key: an output for each, since of models in one output Pulumi would
 *  print all when one changes. */
export type StackOutputs = Readonly<Record<string, ServiceOutputs>>;

/** Where a service answers inside the cluster. */
export interface ServiceEndpoints {
  /** Base URL of Triton's HTTP protocol. */
  http: string;
  /** host:port of Triton's gRPC protocol, without a scheme; absent where service.grpc is false. */
  grpc?: string;
  /** URL of the Prometheus metrics. */
  metrics: string;
}

/** How closely the exported model answers like the original. Either `unavailable` is set, or all the others but `rounded`. */
export interface Quality {
  /** Largest absolute difference to the original model's logits on the built-in texts. */
  maxLogitDifference?: number;
  /** Share of the built-in texts that get the original's label or labels, 0 to 1. */
  labelAgreement?: number;
  /** Number of built-in texts. */
  texts?: number;
  /** The bound that maxLogitDifference was held to. */
  maxLogitDifferenceAllowed?: number;
  /** What the export ran with: package → version, and the ONNX opset. */
  versions?: { [name: string]: string };
  /** With precision fp16 or int8: how closely the served graph decides like the exported one. */
  rounded?: Rounded;
  /** Why the report could not be read. */
  unavailable?: string;
}

/** How a graph in fp16 or int8 was held against fp32. */
export interface Rounded {
  /** fp16 or int8. */
  precision: string;
  /** Share of the texts that get the same label or labels, 0 to 1. */
  labelAgreement: number;
  /** Number of texts: those of qualityGate.texts, or built-in ones. */
  texts: number;
}

/** What a user, or the operator of the cluster's metrics adapter, must know of an autoscaler. */
export interface Autoscaling {
  /** What KEDA asks Prometheus. */
  query?: string;
  /** Rule for prometheus-adapter, in YAML: an entry of `rules:`. */
  adapterRule?: string;
}
