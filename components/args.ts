/** The args of TritonBertService. Generated from the options by `npm run generate`; do not edit. Plain interfaces, since
 *  Pulumi's component analyser, which makes the SDKs of other languages, understands no more. Types with "exactly one
 *  of" in their text are checked when the program runs, as are bounds and allowed values. */
import type * as pulumi from "@pulumi/pulumi";

/** One model and how it is served. */
export interface TritonBertServiceArgs {
  /** Where the model comes from. */
  model: Source;
  /** Where the tokenizer comes from. Default: from the model's own source. */
  tokenizer?: Source;
  /** Label of each class. Default: id2label of the model's config.json. */
  labels?: Labels;
  /**
   * Key that this model had at first. What runs is not touched and keeps every name, apiName's default included: only the key here and in the outputs is new. Default: none.
   * Bounds: `^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$`.
   */
  renamedFrom?: string;
  /**
   * Name in the URL /v2/models/<apiName>/infer. Default: the model's key; old clients that name no model need ensemble_model.
   * Bounds: `^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$`.
   */
  apiName?: string;
  /** What the model does. Default: { textClassification: {} }. */
  task?: Task;
  /**
   * First part of the server image's tag; a hash of the content follows.
   * Bounds: `^[\w][\w.-]{0,99}$`.
   * Default: "latest".
   */
  tag?: string;
  /** What a graph must hold to be shipped. */
  qualityGate?: QualityGate;
  /** Texts with their right answers: checked when the image is built, and in every pod before it is Ready. */
  examples?: Example[];
  /** Batching and length. */
  serving?: Serving;
  /**
   * Numbers that the graph computes with. fp16: for a GPU, half the memory and the GPU's own matrix units. int8: twice as quick on a CPU with VNNI, in the fused pipeline only. A model of which too many labels change is refused (qualityGate.labelAgreement).
   * Allowed: `fp32`, `fp16`, `int8`.
   * Default: "fp32".
   */
  precision?: string;
  /** Which Triton. Default: { ngc: {} }. */
  server?: Server;
  /** GPU of each pod. Default: CPU only. */
  gpu?: Gpu;
  /** CPU and memory of each pod. */
  resources?: Resources;
  /**
   * Size of the memory volume on /dev/shm, counted in the memory limit. Default: by formula, at least 64Mi.
   * Bounds: `^[1-9]\d*(Mi|Gi)$`.
   */
  shm?: string;
  /** How the pod refers to its image. */
  image?: Image;
  /**
   * Number of pods; only without an autoscaler. Default: 1.
   * Bounds: 1 to 1000.
   */
  replicas?: number;
  /** Who decides the number of pods. Default: { none: {} }. */
  autoscaling?: Autoscaling;
  /** Time to start and to stop. */
  rollout?: Rollout;
  /** Which nodes. */
  placement?: Placement;
  /** Who may end a pod that is well. */
  disruption?: Disruption;
  /** The public Service, and who may call it. */
  service?: Service;
  /** Who watches: scraping, alerts, dashboard, log. */
  monitoring?: Monitoring;
  /** Strategic merge patch onto the pod template ({ metadata, spec }), for what has no option of its own. */
  // biome-ignore lint/suspicious/noExplicitAny: the analyser knows no `unknown`
  podOverrides?: { [key: string]: any };
  /**
   * Namespace of all objects; it must exist.
   * Bounds: `^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`.
   * Default: "default".
   */
  namespace?: string;
  /**
   * Put before the name of every Kubernetes object. Default: none.
   * Bounds: `^([a-z][-a-z0-9]{0,13})?$`.
   */
  namePrefix?: string;
  /** Where images are pushed to and pulled from. */
  registry: Registry;
  /** Where images are built from. */
  build?: Build;
  /**
   * Name → one kind of credential, { token } or { username, password }. The only place where a secret may stand; options refer to it by name. Set with: pulumi config set --secret --path 'triton-bert:credentials.<name>.<field>'. Check that every secret is encrypted (secure: …); Pulumi does not report a plain-text one next to an encrypted one.
   * Bounds: keys `^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$`.
   */
  credentials?: { [key: string]: Credential };
  /** Cluster that `up` asks what keeps pods from starting, and whether the autoscaler has a metric value. Default: none is asked. */
  cluster?: Cluster;
}

/** Exactly one of: hf, local, http, clearml. */
export interface Source {
  /** A repository on the Hugging Face Hub. */
  hf?: SourceHf;
  /** A folder in the repo. */
  local?: SourceLocal;
  /** Files on a web server, Artifactory or Nexus. See docs/storages.md. */
  http?: SourceHttp;
  /** A model on a ClearML server, uploaded with OutputModel.update_weights_package(). See docs/storages.md. */
  clearml?: SourceClearml;
}

export interface SourceHf {
  /**
   * Repository id on the Hugging Face Hub.
   * Bounds: `^[\w.-]+(\/[\w.-]+)?$`.
   */
  id: string;
  /**
   * Full commit hash.
   * Bounds: `^[0-9a-f]{40}$`.
   */
  revision: string;
  /** Name of an entry of `credentials`, { token }, that may read the repository. Default: none. */
  credential?: string;
}

export interface SourceLocal {
  /** Folder, relative to the project, with config.json, the weights and the tokenizer's files. */
  path: string;
}

/** Exactly one of: archive, files. */
export interface SourceHttp {
  /** A zip, tar or tar.gz with the files at its top, or in its only folder. */
  archive?: RemoteFile;
  /**
   * The files one by one, by their names in the checkpoint, such as config.json.
   * Bounds: keys `^\w[\w.-]*$`.
   */
  files?: { [key: string]: RemoteFile };
  /** Name of an entry of `credentials`, { token } or { username, password }, to fetch with: a bearer token, or a basic login. It is sent to the address's own host alone. Default: none. */
  credential?: string;
}

export interface RemoteFile {
  /** Its address, https:// or http://; not one that holds a secret. */
  url: string;
  /**
   * SHA-256 of the file as it lies there; with any other the build fails.
   * Bounds: `^[0-9a-f]{64}$`.
   */
  sha256: string;
}

export interface SourceClearml {
  /** The model's id; instead of project and name. */
  modelId?: string;
  /** The project that name is looked for in, such as NLP/Reviews; needs sha256. */
  project?: string;
  /** The model's name in its project; of several the newest is meant. */
  name?: string;
  /**
   * SHA-256 of the package, a zip; with any other the build fails.
   * Bounds: `^[0-9a-f]{64}$`.
   */
  sha256?: string;
  /**
   * The ClearML server.
   * Default: {"api":"https://api.clear.ml","files":"https://files.clear.ml"}.
   */
  server?: SourceClearmlServer;
  /** Name of an entry of `credentials`, { accessKeyId, secretAccessKey }, of a user of the server. */
  credential: string;
}

export interface SourceClearmlServer {
  /** The API server, such as http://clearml:8008. */
  api: string;
  /** The file server, such as http://clearml:8081. It alone is asked with the session's token. */
  files: string;
}

/** Exactly one of: inline, file. */
export interface Labels {
  /**
   * Class number → label.
   * Bounds: keys `^\d+$`.
   */
  inline?: { [key: string]: string };
  /** JSON file, relative to the project: class number → label. */
  file?: string;
}

/** Exactly one of: textClassification, multiLabelClassification. */
export interface Task {
  /** One label for each text, the best, and its score. */
  textClassification?: TaskTextClassification;
  /** All labels that are on, and the score of each class (sigmoid): predicts is a JSON list in the order of the classes, [] for none; scores is FP32 [N, classes]. */
  multiLabelClassification?: TaskMultiLabelClassification;
}

export interface TaskTextClassification {
  /**
   * Answer with the score of each class as well: output probabilities, FP32 [N, classes]. /v2/models/<apiName>/config has their labels in order, as a JSON list in parameters.labels.
   * Default: false.
   */
  probabilities?: boolean;
}

export interface TaskMultiLabelClassification {
  /**
   * Score from which a label is on, for all labels that thresholds does not name.
   * Bounds: 0 to 1.
   * Default: 0.5.
   */
  threshold?: number;
  /** Label → score from which it is on, 0 to 1. Default: threshold, for all. */
  thresholds?: { [key: string]: number };
  /**
   * Answer with the score of each class as well: output probabilities, FP32 [N, classes]. /v2/models/<apiName>/config has their labels in order, as a JSON list in parameters.labels.
   * Default: false.
   */
  probabilities?: boolean;
}

export interface QualityGate {
  /**
   * Largest absolute difference to the original model's logits on the built-in texts; a model above it is refused.
   * Bounds: above 0, at most 1.
   * Default: 0.001.
   */
  maxLogitDifference?: number;
  /**
   * With precision fp16 or int8: minimum share of texts that get the same label as in fp32, or the same labels; a model below it is refused. So is one that gives so many texts the same label anyway, of which it would prove nothing; with fp16 only if a score moves by more than 0.02 too. 0 skips the check.
   * Bounds: 0 to 1.
   * Default: 0.99.
   */
  labelAgreement?: number;
  /** File of your own texts for labelAgreement, one on each line, relative to the project; what is in it is never logged. Default: built-in English sentences. */
  texts?: string;
}

export interface Example {
  /**
   * A text to send.
   * Bounds: `\S`.
   */
  text: string;
  /** With textClassification: the label it must get. */
  predicts?: string;
  /** With multiLabelClassification: all labels that it must get, in any order, and no other; [] for none. */
  labels?: string[];
  /** The least score it must get, 0 to 1, for each of several labels; of a regression the least number, any. Default: any. */
  minScore?: number;
}

export interface Serving {
  /**
   * How a text is answered. ensemble: by four models, each callable by itself. fused: by one that joins texts of like length; on a CPU it runs the graph itself, without padding and on all cores, on a GPU in model_onnx behind it. Default: fused on a CPU with one instance, otherwise ensemble.
   * Allowed: `ensemble`, `fused`.
   */
  pipeline?: string;
  /**
   * Texts Triton may join into one run of model_onnx, and the most that one request may have. More raises throughput and the slowest answer, and costs memory. Default: 16; where maxLength is over 512 and the C++ backend gets batches as Triton forms them, as many of such texts as take no more memory than 16 of 512 tokens.
   * Bounds: 1 to 64.
   */
  maxBatchSize?: number;
  /**
   * Tokens a text is truncated to; more than model and tokenizer take is refused. Time and memory for a long text grow with its square. Default: the smaller limit of model and tokenizer, at most 512; of a model that takes more, that is told.
   * Bounds: 8 to 8192.
   */
  maxLength?: number;
  /**
   * Copies of model_onnx in one server, with a GPU on each GPU; CPU threads are shared out between them.
   * Bounds: 1 to 16.
   * Default: 1.
   */
  instances?: number;
  /** How the fused pipeline forms batches. Default: on a CPU measured by each server when it starts, and logged; on a GPU an estimate. */
  runCosts?: ServingRunCosts;
  /** What one client may ask of a server, so that no request takes it down or holds up all others. */
  limits?: ServingLimits;
}

export interface ServingRunCosts {
  /**
   * What a run of the graph costs whatever it brings, in tokens of padding.
   * Bounds: 1 to 4096.
   */
  call: number;
  /**
   * Texts × tokens of the longest that one run may have.
   * Bounds: 8 to 65536.
   */
  tokens: number;
}

export interface ServingLimits {
  /**
   * Bytes of one text that are read, in UTF-8. A longer text is cut where that gives the same tokens, otherwise it is refused with 400. Default: 128 for each token of serving.maxLength, 65536 without one.
   * Bounds: 512 to 1048576.
   */
  textBytes?: number;
  /**
   * Bytes of all texts of one request together, in UTF-8. A larger request is refused with 400.
   * Bounds: 512 to 16777216.
   * Default: 1048576.
   */
  requestBytes?: number;
  /**
   * Seconds a request may wait for its turn before it is refused with 503; a client's own timeout may shorten it. Default: 10, or rollout.longestRequestSeconds if that is less.
   * Bounds: 0.1 to 600.
   */
  waitSeconds?: number;
  /**
   * Requests that may wait at a time; more are refused with 503.
   * Bounds: 1 to 100000.
   * Default: 1000.
   */
  waitingRequests?: number;
}

/** Exactly one of: ngc, image, pypi. */
export interface Server {
  /** NVIDIA's own release, cut down to what serves. For production, on CPU and GPU. */
  ngc?: ServerNgc;
  /** A base of your own: tritonserver on PATH, the python backend and for a GPU the onnxruntime one in /opt/tritonserver/backends, python3 3.10 to 3.12 with pip, and no numpy 2. Its build checks that. */
  image?: ServerImage;
  /** A slim Python base with the Triton 2.51.0 that the PyPI wheel nvidia-pytriton carries. Dev and tests only: it has known CVEs. */
  pypi?: ServerPypi;
}

export interface ServerNgc {
  /**
   * Container release. Default: the newest secure one that runs on the given GPU and driver.
   * Bounds: `^\d\d\.\d\d$`.
   */
  release?: string;
  /**
   * Repository of NVIDIA's image, for those who mirror it; the tag is <release>-py3.
   * Default: "nvcr.io/nvidia/tritonserver".
   */
  repository?: string;
  /**
   * Accept a release that NVIDIA's security bulletins list as affected. Old GPUs run on no other.
   * Default: false.
   */
  allowInsecureRelease?: boolean;
}

export interface ServerImage {
  /** Image reference, best with a digest. */
  ref: string;
}

// biome-ignore lint/suspicious/noEmptyInterface: to be there is all that it says
export interface ServerPypi {}

export interface Gpu {
  /** GPU model of docs/support-matrix.md, in any case, such as L4. */
  type?: string;
  /**
   * Instead of type, for a GPU that has no row there: its CUDA compute capability.
   * Bounds: `^\d{1,2}\.\d$`.
   */
  computeCapability?: string;
  /**
   * NVIDIA driver branch of the nodes. Default: unknown, any is assumed to be new enough.
   * Bounds: `^\d{3}(\.\d+)*$`.
   */
  driver?: string;
  /**
   * GPUs for each pod.
   * Bounds: 1 to 16.
   * Default: 1.
   */
  count?: number;
  /**
   * Free GPUs a rollout may use. 0: the old pod goes before the new one comes, which is downtime with one replica.
   * Bounds: 0 to 16000.
   * Default: 0.
   */
  spare?: number;
  /**
   * Name of the extended resource that the device plugin offers: a whole GPU, a share such as nvidia.com/gpu.shared, a MIG slice such as nvidia.com/mig-1g.10gb, or another vendor's. Default: nvidia.com/gpu.
   * Bounds: `^[a-z0-9]([-a-z0-9.]*[a-z0-9])?\/[A-Za-z0-9]([-\w.]*[A-Za-z0-9])?$`.
   */
  resource?: string;
  /**
   * Name of a ResourceClaimTemplate in the namespace, by which each pod gets its GPUs instead of by gpu.resource (dynamic resource allocation, Kubernetes 1.34 or newer); gpu.count says how many it asks for.
   * Bounds: `^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$`.
   */
  claimTemplate?: string;
  /** Nodes whose label nvidia.com/gpu.product, which GPU Feature Discovery sets once a node is there, is one of these, such as NVIDIA-L4; for nodes that come on demand choose by placement.nodeSelector. Default: any. */
  products?: string[];
}

export interface Resources {
  /**
   * CPU cores, request and limit alike.
   * Bounds: 0.1 to 256.
   * Default: 2.
   */
  cpu?: number;
  /**
   * Memory limit and request, such as 2Gi. Default: by formula (runtime + model × instances + /dev/shm).
   * Bounds: `^[1-9]\d*(Mi|Gi)$`.
   */
  memory?: string;
}

export interface Image {
  /**
   * How the pod names its image. tag: known at preview. digest: immune to a moved tag, but unknown until the image is pushed.
   * Allowed: `tag`, `digest`.
   * Default: "tag".
   */
  pin?: string;
  /**
   * Number of the build, part of both images' hashes. Raise it to build and push both under new tags: where the registry refuses to overwrite a tag that it has, or has lost an image (docs/registries.md).
   * Bounds: 1 to 1000.
   * Default: 1.
   */
  attempt?: number;
}

/** Exactly one of: none, cpu, keda, podsMetric. */
export interface Autoscaling {
  /** A fixed number of pods, `replicas`. */
  none?: AutoscalingNone;
  /** HorizontalPodAutoscaler on the CPU of the triton container; needs metrics-server. */
  cpu?: AutoscalingCpu;
  /** ScaledObject of KEDA, 2.18 or newer, on Prometheus. */
  keda?: AutoscalingKeda;
  /** HorizontalPodAutoscaler on a Pods metric. The output autoscaling.adapterRule is the rule that prometheus-adapter makes it by. */
  podsMetric?: AutoscalingPodsMetric;
}

// biome-ignore lint/suspicious/noEmptyInterface: to be there is all that it says
export interface AutoscalingNone {}

export interface AutoscalingCpu {
  /**
   * Fewest pods.
   * Bounds: at least 1.
   * Default: 1.
   */
  min?: number;
  /**
   * Most pods.
   * Bounds: at least 1.
   */
  max: number;
  /**
   * After `up`, wait until the autoscaler has a metric value, and fail with the reason while it has none.
   * Default: true.
   */
  verify?: boolean;
  /**
   * Seconds that are waited for the value at most.
   * Bounds: 10 to 3600.
   * Default: 180.
   */
  verifySeconds?: number;
  /**
   * Seconds the load must stay lower before pods are removed (the scale-down stabilization window). Default: 300, with a GPU 600, since its pods take long to come back.
   * Bounds: 0 to 3600.
   */
  scaleDownSeconds?: number;
  /**
   * Percent by which the value may miss the target before pods come or go. Needs Kubernetes 1.35, or 1.33 with HPAConfigurableTolerance; others ignore it. Default: the cluster's.
   * Bounds: 0 to 100.
   */
  tolerancePercent?: number;
  /**
   * Percent of the requested CPU that a pod shall use on average.
   * Bounds: 1 to 100.
   * Default: 70.
   */
  targetUtilization?: number;
}

export interface AutoscalingKeda {
  /**
   * Fewest pods.
   * Bounds: at least 1.
   * Default: 1.
   */
  min?: number;
  /**
   * Most pods.
   * Bounds: at least 1.
   */
  max: number;
  /**
   * After `up`, wait until the autoscaler has a metric value, and fail with the reason while it has none.
   * Default: true.
   */
  verify?: boolean;
  /**
   * Seconds that are waited for the value at most.
   * Bounds: 10 to 3600.
   * Default: 180.
   */
  verifySeconds?: number;
  /**
   * Seconds the load must stay lower before pods are removed (the scale-down stabilization window). Default: 300, with a GPU 600, since its pods take long to come back.
   * Bounds: 0 to 3600.
   */
  scaleDownSeconds?: number;
  /**
   * Percent by which the value may miss the target before pods come or go. Needs Kubernetes 1.35, or 1.33 with HPAConfigurableTolerance; others ignore it. Default: the cluster's.
   * Bounds: 0 to 100.
   */
  tolerancePercent?: number;
  /**
   * Seconds over which rates are taken: two of Prometheus's scrapes at the least, better four. The longer, the calmer and the later.
   * Bounds: 10 to 900.
   * Default: 60.
   */
  windowSeconds?: number;
  /**
   * What is steered at. queueTime: how long a request waits in Triton's queues. pendingRequests: how many wait in a pod. requestRate: requests a second that a pod gets, for those who know what one can answer.
   * Allowed: `queueTime`, `pendingRequests`, `requestRate`.
   * Default: "queueTime".
   */
  signal?: string;
  /** Value to hold: of queueTime a time with its unit, such as 20ms; of the others a number for each pod, in quotes. Default: queueTime 50ms, with a GPU 20ms; pendingRequests 4, with a GPU 8; requestRate 50, with a GPU 500. */
  target?: string;
  /**
   * Where KEDA asks Prometheus, such as http://prometheus.monitoring:9090.
   * Bounds: `^https?:\/\/[^\s@]+$`.
   */
  prometheus: string;
  /** Login at Prometheus. Default: none. */
  authenticationRef?: AutoscalingKedaAuthenticationRef;
  /**
   * Headers of each question, such as X-Scope-OrgID for a tenant of Mimir. No secrets: they are shown.
   * Bounds: keys `^[-\w]+$`.
   */
  customHeaders?: { [key: string]: string };
  /**
   * Region of an Amazon Managed Service for Prometheus, for which KEDA signs its questions. Default: none.
   * Bounds: `^[a-z]{2}(-[a-z]+)+-\d$`.
   */
  awsRegion?: string;
  /**
   * Pods there are at least while the metric is lost; never fewer than at that moment. Default: min.
   * Bounds: at least 1.
   */
  fallbackReplicas?: number;
}

/** Exactly one of: name, clusterName. */
export interface AutoscalingKedaAuthenticationRef {
  /** Name of a TriggerAuthentication in the service's namespace. */
  name?: string;
  /** Name of a ClusterTriggerAuthentication. */
  clusterName?: string;
  /**
   * How it logs in: KEDA's authModes of the prometheus scaler. Default: none, as for one that says podIdentity (AWS, Azure, Google).
   * Allowed: `basic`, `bearer`, `tls`, `custom`.
   */
  modes?: string;
}

export interface AutoscalingPodsMetric {
  /**
   * Fewest pods.
   * Bounds: at least 1.
   * Default: 1.
   */
  min?: number;
  /**
   * Most pods.
   * Bounds: at least 1.
   */
  max: number;
  /**
   * After `up`, wait until the autoscaler has a metric value, and fail with the reason while it has none.
   * Default: true.
   */
  verify?: boolean;
  /**
   * Seconds that are waited for the value at most.
   * Bounds: 10 to 3600.
   * Default: 180.
   */
  verifySeconds?: number;
  /**
   * Seconds the load must stay lower before pods are removed (the scale-down stabilization window). Default: 300, with a GPU 600, since its pods take long to come back.
   * Bounds: 0 to 3600.
   */
  scaleDownSeconds?: number;
  /**
   * Percent by which the value may miss the target before pods come or go. Needs Kubernetes 1.35, or 1.33 with HPAConfigurableTolerance; others ignore it. Default: the cluster's.
   * Bounds: 0 to 100.
   */
  tolerancePercent?: number;
  /**
   * Seconds over which rates are taken: two of Prometheus's scrapes at the least, better four. The longer, the calmer and the later.
   * Bounds: 10 to 900.
   * Default: 60.
   */
  windowSeconds?: number;
  /**
   * What is steered at. queueTime: how long a request waits in Triton's queues. pendingRequests: how many wait in a pod. requestRate: requests a second that a pod gets, for those who know what one can answer.
   * Allowed: `queueTime`, `pendingRequests`, `requestRate`.
   * Default: "queueTime".
   */
  signal?: string;
  /** Value to hold: of queueTime a time with its unit, such as 20ms; of the others a number for each pod, in quotes. Default: queueTime 50ms, with a GPU 20ms; pendingRequests 4, with a GPU 8; requestRate 50, with a GPU 500. */
  target?: string;
  /**
   * Name that the Pods metric has in the cluster's metrics adapter. Default: the signal's, with the model's apiName at its end.
   * Bounds: `^[a-z_][a-z0-9_]*$`.
   */
  metric?: string;
}

export interface Rollout {
  /**
   * Seconds a pod may take until its golden examples are answered rightly.
   * Bounds: 10 to 3600.
   * Default: 300.
   */
  startupSeconds?: number;
  /**
   * Seconds allowed for scheduling and pulling the image, on top.
   * Bounds: 0 to 7200.
   * Default: 600.
   */
  pullSeconds?: number;
  /**
   * Seconds a stopping pod still serves while its address leaves the Services (preStop sleep).
   * Bounds: 0 to 120.
   * Default: 5.
   */
  endpointDelaySeconds?: number;
  /**
   * Seconds that requests in flight get to end (tritonserver --exit-timeout-secs).
   * Bounds: 1 to 600.
   * Default: 25.
   */
  longestRequestSeconds?: number;
  /**
   * While `up` waits for the pods, say what keeps them from starting, and wait until the last old pod is replaced. It only reads; without `cluster` nothing is asked.
   * Default: true.
   */
  verify?: boolean;
}

export interface Placement {
  /** Labels a node must have. */
  nodeSelector?: { [key: string]: string };
  /** Taints that the pods tolerate. */
  tolerations?: Toleration[];
  /** How the pods are spread over zones or nodes (topology spread constraints). Default: as the cluster does it. */
  spread?: Spread[];
  /**
   * RuntimeClass of the pods, such as nvidia, where NVIDIA's runtime is not the nodes' default. Default: none.
   * Bounds: `^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`.
   */
  runtimeClassName?: string;
  /**
   * PriorityClass of the pods. Default: the cluster's.
   * Bounds: `^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`.
   */
  priorityClassName?: string;
}

export interface Toleration {
  /** Taint key. Default: all keys. */
  key?: string;
  /**
   * Exists: any value.
   * Allowed: `Exists`, `Equal`.
   * Default: "Equal".
   */
  operator?: string;
  /**
   * Taint value.
   * Bounds: `^([A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?)?$`.
   */
  value?: string;
  /**
   * Taint effect. Default: all.
   * Allowed: `NoSchedule`, `PreferNoSchedule`, `NoExecute`.
   */
  effect?: string;
}

export interface Spread {
  /** Node label whose values are the places, such as topology.kubernetes.io/zone. */
  topologyKey: string;
  /**
   * Pods that one place may have more than another.
   * Bounds: at least 1.
   * Default: 1.
   */
  maxSkew?: number;
  /**
   * What happens to a pod that would break it; DoNotSchedule: it waits.
   * Allowed: `ScheduleAnyway`, `DoNotSchedule`.
   * Default: "ScheduleAnyway".
   */
  whenUnsatisfiable?: string;
}

export interface Disruption {
  /**
   * Keep Karpenter, EKS Auto Mode included, from taking a pod's node away to consolidate or, unless its terminationGracePeriod is set, because it drifted. Nodes that expire go all the same.
   * Default: false.
   */
  doNotDisrupt?: boolean;
}

export interface Service {
  /**
   * Kind of the public Service.
   * Allowed: `ClusterIP`, `NodePort`, `LoadBalancer`.
   * Default: "ClusterIP".
   */
  type?: string;
  /** Annotations of the public Service. */
  annotations?: { [key: string]: pulumi.Input<string> };
  /** Who may call besides the service's own namespace. */
  allowFrom?: AllowFrom[];
  /** An nginx in each pod before Triton's ports. It stops requests that Triton can't refuse (docs/hostile-requests.md), and asks clients that keep their connections for ever to connect anew after half of rollout.endpointDelaySeconds. Default: {} with server.pypi, otherwise none. */
  gateway?: ServiceGateway;
  /**
   * Whether there is a gRPC port. false: neither Service nor pod nor NetworkPolicy has one.
   * Default: true.
   */
  grpc?: boolean;
  /**
   * Seconds that a gRPC stream (ModelStreamInfer) may be silent; without a gateway, that it may live. 0: the gateway refuses streams, in which it can't look into requests.
   * Bounds: 0 to 86400.
   * Default: 3600.
   */
  streamSeconds?: number;
  /** A way in through a Gateway of the Gateway API: an HTTPRoute, and a GRPCRoute. Default: none. */
  route?: ServiceRoute;
  /**
   * Namespace whose pods may read the metrics port.
   * Bounds: `^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`.
   * Default: "monitoring".
   */
  monitoringNamespace?: string;
}

/** Exactly one of: namespace, cidr. */
export interface AllowFrom {
  /**
   * Pods of this namespace may call.
   * Bounds: `^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`.
   */
  namespace?: string;
  /** This address range may call, such as 10.0.0.0/8. */
  cidr?: string;
}

export interface ServiceGateway {
  /**
   * Whether it is there; without it clients reach Triton itself.
   * Default: true.
   */
  enabled?: boolean;
  /** Image with sh, nginx 1.19.10 or newer and its njs module, 0.7.9 or newer. Default: with server.pypi the server image, which has them, otherwise docker.io/nginxinc/nginx-unprivileged:1.29-alpine. */
  image?: string;
  /**
   * CPU cores that it requests; it has no limit.
   * Bounds: 0.01 to 64.
   * Default: 0.05.
   */
  cpu?: number;
}

export interface ServiceRoute {
  /** The Gateway, which is there already; TLS is its listener's affair. */
  parent: ServiceRouteParent;
  /** Host names that clients use. */
  hostnames: string[];
  /**
   * Path before Triton's own, which is taken off on the way. Without one only /v2/models/<apiName> is let in, so that models can share a host name. Default: none.
   * Bounds: `^\/$|^(\/[-\w.~]+)+$`.
   */
  path?: string;
  /**
   * Seconds a request over HTTP may take; gateways that are told none cut at 15. Default: rollout.longestRequestSeconds.
   * Bounds: 1 to 3600.
   */
  timeoutSeconds?: number;
  /** The GRPCRoute. A gRPC call names its model in its body, where no gateway looks, so it is told apart by the host name. Default: none. */
  grpc?: ServiceRouteGrpc;
}

export interface ServiceRouteParent {
  /**
   * Name of the Gateway.
   * Bounds: `^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`.
   */
  name: string;
  /**
   * Its namespace, if its listeners let in routes of others. Default: the service's.
   * Bounds: `^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`.
   */
  namespace?: string;
  /**
   * Name of the Gateway's listener, such as https. Default: all that take the host names.
   * Bounds: `^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`.
   */
  listener?: string;
}

export interface ServiceRouteGrpc {
  /** Host names that gRPC clients use: of this model alone, and none of route.hostnames. */
  hostnames: string[];
  /**
   * Name of the Gateway's listener, such as https. Default: all that take the host names.
   * Bounds: `^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`.
   */
  listener?: string;
}

export interface Monitoring {
  /** How Prometheus finds the pods; one way, or each request counts twice. Default: { none: {} }. */
  scrape?: MonitoringScrape;
  /** PrometheusRule of the Prometheus operator; docs/alerts.md lists its alerts. Default: none. */
  alerts?: MonitoringAlerts;
  /** Grafana dashboard in a ConfigMap. Default: none. */
  dashboard?: MonitoringDashboard;
  /**
   * Requests that take longer are logged, with their id and time, never their text. 0s: all are.
   * Bounds: `^\d+(\.\d+)?(ms|s)$`.
   * Default: "1s".
   */
  logSlowerThan?: string;
}

/** Exactly one of: none, annotations, podMonitor, serviceMonitor. */
export interface MonitoringScrape {
  /** Nothing is made; what you have finds the pods by their port named metrics. */
  none?: MonitoringScrapeNone;
  /** The usual annotations prometheus.io/scrape, /port and /path, on the pods. */
  annotations?: MonitoringScrapeAnnotations;
  /** PodMonitor of the Prometheus operator. */
  podMonitor?: MonitoringScrapePodMonitor;
  /** ServiceMonitor of the Prometheus operator, on the Service <name>-metrics. */
  serviceMonitor?: MonitoringScrapeServiceMonitor;
}

// biome-ignore lint/suspicious/noEmptyInterface: to be there is all that it says
export interface MonitoringScrapeNone {}

// biome-ignore lint/suspicious/noEmptyInterface: to be there is all that it says
export interface MonitoringScrapeAnnotations {}

export interface MonitoringScrapePodMonitor {
  /** Labels by which your Prometheus chooses it, such as release: kube-prometheus-stack. */
  labels?: { [key: string]: string };
  /**
   * Seconds between two scrapes.
   * Bounds: 1 to 300.
   * Default: 15.
   */
  intervalSeconds?: number;
}

export interface MonitoringScrapeServiceMonitor {
  /** Labels by which your Prometheus chooses it, such as release: kube-prometheus-stack. */
  labels?: { [key: string]: string };
  /**
   * Seconds between two scrapes.
   * Bounds: 1 to 300.
   * Default: 15.
   */
  intervalSeconds?: number;
}

export interface MonitoringAlerts {
  /** Labels by which your Prometheus chooses it, such as release: kube-prometheus-stack. */
  labels?: { [key: string]: string };
  /**
   * URL at which your people find docs/alerts.md; each alert links to its heading there. Default: no link.
   * Bounds: `^https?:\/\/\S+$`.
   */
  runbook?: string;
  /**
   * A request that waits longer in Triton's queues, on average over 5 minutes, is an alert. Default: 500ms, with a GPU 200ms.
   * Bounds: `^(?=.*[1-9])\d+(\.\d+)?(ms|s)$`.
   */
  queueTime?: string;
  /**
   * Percent of requests that fail by a fault of the server, over 5 minutes, above which there is an alert.
   * Bounds: 0.01 to 100.
   * Default: 5.
   */
  failurePercent?: number;
  /**
   * Percent of requests that are refused because too many wait, over 5 minutes, above which there is an alert.
   * Bounds: 0.01 to 100.
   * Default: 1.
   */
  refusalPercent?: number;
}

export interface MonitoringDashboard {
  /**
   * Labels by which Grafana's sidecar finds the ConfigMap.
   * Default: {"grafana_dashboard":"1"}.
   */
  labels?: { [key: string]: string };
  /** Annotations of the ConfigMap, such as the sidecar's grafana_folder. */
  annotations?: { [key: string]: string };
}

/** Exactly one of: generic, ecr. */
export interface Registry {
  /** Any registry, by host and path. */
  generic?: RegistryGeneric;
  /** Amazon ECR. */
  ecr?: RegistryEcr;
}

export interface RegistryGeneric {
  /** Registry and path under which repositories tritoned_<model> are made, such as registry.example.com/triton. */
  repository: string;
  /** User, where the credential is { token } and so names none. */
  username?: string;
  /** Name of an entry of `credentials`, { username, password } or { token }, to push and read with. Default: whatever the Docker client is logged in with. */
  credential?: string;
  /** PEM file, relative to the project, with the private CA of the registry, for `up` where it reads a build's report. Docker engine and nodes have places of their own for it (docs/registries.md). Default: what Node trusts. */
  ca?: string;
  /** What pods pull with. Default: a Secret made of `credential`, where one is named; otherwise none (docs/registries.md). */
  pullSecret?: RegistryGenericPullSecret;
}

/** Exactly one of: credential, name, none. */
export interface RegistryGenericPullSecret {
  /** Name of an entry of `credentials`, { username, password }, which a Secret for the pods is made of, such as one that may only pull. */
  credential?: string;
  /**
   * Name of a Secret of the type kubernetes.io/dockerconfigjson that the namespace has already.
   * Bounds: `^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$`.
   */
  name?: string;
  /** No Secret: the nodes log in, or nobody need. */
  none?: RegistryGenericPullSecretNone;
}

// biome-ignore lint/suspicious/noEmptyInterface: to be there is all that it says
export interface RegistryGenericPullSecretNone {}

export interface RegistryEcr {
  /**
   * Account of the registry; other credentials are refused.
   * Bounds: `^\d{12}$`.
   */
  account: string;
  /**
   * Region. Default: the stack's `aws:region`.
   * Bounds: `^[a-z]{2}(-[a-z]+)+-\d$`.
   */
  region?: string;
  /**
   * Path of the repositories tritoned_<model>. Default: none.
   * Bounds: `^[a-z0-9]+([._-][a-z0-9]+)*(\/[a-z0-9]+([._-][a-z0-9]+)*)*$`.
   */
  prefix?: string;
  /**
   * Whether each pushed image is scanned for known vulnerabilities.
   * Default: true.
   */
  scanOnPush?: boolean;
  /**
   * Whether a pushed tag stays what it is. Those of model images, to which no pod refers, may be pushed anew.
   * Default: true.
   */
  immutableTags?: boolean;
  /** How images lie there, once and for all: a change is refused. Default: { aes256: {} }. */
  encryption?: RegistryEcrEncryption;
  /**
   * Days after which an image without a tag is deleted; with immutableTags alone, since what runs then keeps its tag. Default: never.
   * Bounds: 1 to 3650.
   */
  untaggedDays?: number;
  /**
   * Whether destroy, or a model that is taken out, deletes a repository with images in it. false: AWS refuses it as not empty; to go on set true, then `pulumi up`, then again.
   * Default: false.
   */
  forceDelete?: boolean;
}

/** Exactly one of: aes256, kms. */
export interface RegistryEcrEncryption {
  /** With a key of the registry's own. */
  aes256?: RegistryEcrEncryptionAes256;
  /** With a key of KMS. */
  kms?: RegistryEcrEncryptionKms;
}

// biome-ignore lint/suspicious/noEmptyInterface: to be there is all that it says
export interface RegistryEcrEncryptionAes256 {}

export interface RegistryEcrEncryptionKms {
  /**
   * ARN of the key. Default: the account's own for ECR, aws/ecr.
   * Bounds: `^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$`.
   */
  key?: string;
}

export interface Build {
  /**
   * Base image of the export stage, and of the server where `server: { pypi: {} }`.
   * Default: "python:3.11-slim-bookworm".
   */
  base?: string;
  /** Python package index for both builds, torch included. Default: pip's own. */
  packageIndex?: string;
  /**
   * Take torch from the PyTorch project's index of CPU wheels (gigabytes less). Without effect beside packageIndex.
   * Default: true.
   */
  torchCpuWheels?: boolean;
  /** PEM file, relative to the project, with a private CA that the builds shall trust. */
  ca?: string;
  /** Mirror of the Hugging Face Hub. Default: the Hub. */
  hubEndpoint?: string;
  /** Proxy that the builds use. Default: none. */
  proxy?: BuildProxy;
}

export interface BuildProxy {
  /** HTTP_PROXY for the builds. */
  http?: string;
  /** HTTPS_PROXY for the builds. */
  https?: string;
  /** NO_PROXY for the builds. */
  no?: string;
}

export interface Credential {
  /** A token, such as one of the Hugging Face Hub. */
  token?: pulumi.Input<string>;
  /** A user; goes with password. */
  username?: pulumi.Input<string>;
  /** The user's password. */
  password?: pulumi.Input<string>;
  /** An access key; goes with secretAccessKey. */
  accessKeyId?: pulumi.Input<string>;
  /** The access key's secret. */
  secretAccessKey?: pulumi.Input<string>;
}

/** Exactly one of: context, eks. */
export interface Cluster {
  /** Context of the kubeconfig (KUBECONFIG, or ~/.kube/config). */
  context?: string;
  /** A cluster of Amazon EKS. Its access takes the `aws` program wherever Pulumi runs. */
  eks?: ClusterEks;
}

export interface ClusterEks {
  /**
   * Name of the cluster.
   * Bounds: `^[0-9A-Za-z][\w-]{0,99}$`.
   */
  name: string;
  /**
   * Region. Default: the stack's `aws:region`.
   * Bounds: `^[a-z]{2}(-[a-z]+)+-\d$`.
   */
  region?: string;
  /**
   * Account of the cluster; other credentials are refused. Default: any account.
   * Bounds: `^\d{12}$`.
   */
  account?: string;
  /** AWS profile to ask with. Default: the stack's `aws:profile`, else what the environment says. */
  profile?: string;
  /**
   * ARN of a role that is assumed first. Default: none.
   * Bounds: `^arn:[\w-]+:iam::\d{12}:role\/.+$`.
   */
  role?: string;
}
