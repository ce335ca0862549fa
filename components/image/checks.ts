/** Options of the images that contradict each other, the credentials or the wire format. In: what could be read of them; what
 *  could not, or is not said, blames nothing. Out: problems. Pure: files are looked at by the plan. */
import { isAbsolute } from "node:path";
import { wireContract } from "../shared/contract";
import { didYouMean, nearestOf } from "../shared/didYouMean";
import type { Path } from "../shared/paths";
import { type Problem, withoutSecret } from "../shared/problems";
import { labelProblems } from "./labels";
import type { BuildOptions, RegistryOptions } from "./options";
import { loginProblems } from "./registries/generic";
import type { ImagesSpec } from "./spec";

type Said = Partial<ImagesSpec>;

/** Names of the entries of `credentials`; undefined where they could not be read. */
export type CredentialNames = readonly string[] | undefined;

const ADD_CREDENTIAL =
  "store the token with: pulumi config set --secret --path 'triton-bert:credentials.<name>'; write its name here";

/** Of the model whose objects are called `service`. */
export function imageProblems(service: string, said: Said, credentials: CredentialNames): Problem[] {
  const unknown = (["model", "tokenizer"] as const).flatMap((role) =>
    credentialProblems(said[role]?.hf?.credential, credentials, [role, "hf", "credential"]),
  );
  return [
    ...apiNameProblems(service, said),
    ...inlineLabelProblems(said),
    ...exampleProblems(said),
    ...relativeProblems(said.model?.local?.path, ["model", "local", "path"]),
    ...relativeProblems(said.tokenizer?.local?.path, ["tokenizer", "local", "path"]),
    ...relativeProblems(said.labels?.file, ["labels", "file"]),
    ...relativeProblems(said.qualityGate?.texts, ["qualityGate", "texts"]),
    ...(unknown.length > 0 ? unknown : twoCredentials(said)),
  ];
}

interface SaidOfSite {
  readonly registry?: RegistryOptions;
  readonly build?: BuildOptions;
}

/** Of where images are built and pushed, which is said once for all services of a stack. */
export function siteProblems({ registry, build }: SaidOfSite, credentials: CredentialNames): Problem[] {
  return [
    ...credentialProblems(registry?.credential, credentials, ["registry", "credential"]),
    ...relativeProblems(build?.ca, ["build", "ca"]),
    ...(registry ? loginProblems(registry) : []),
  ];
}

/** A name that `credentials` does not hold. `credentials` is undefined where it could not be read. */
function credentialProblems(name: string | undefined, credentials: readonly string[] | undefined, at: Path): Problem[] {
  if (name === undefined || credentials === undefined || credentials.includes(name)) return [];
  const nearest = didYouMean(name, credentials);
  const remedy = nearest === undefined ? ADD_CREDENTIAL : `did you mean "${nearest}"?`;
  return [{ path: at, got: withoutSecret(name, at), because: "no entry of credentials has this name", remedy }];
}

/** Refuses absolute paths: they name other files on other machines. */
function relativeProblems(file: string | undefined, at: Path): Problem[] {
  if (file === undefined || !isAbsolute(file)) return [];
  const because = "an absolute path means other files on another machine";
  return [{ path: at, got: file, because, remedy: "name it relative to the folder of Pulumi.yaml" }];
}

function apiNameProblems(service: string, { apiName = service }: Said): Problem[] {
  const taken = Object.values(wireContract().roles);
  if (!taken.includes(apiName)) return [];
  const because = "the server's repository has a model of this name for its own use";
  return [{ path: ["apiName"], got: apiName, because, remedy: `choose a name other than ${taken.join(", ")}` }];
}

function inlineLabelProblems({ labels }: Said): Problem[] {
  return labels?.inline ? labelProblems(labels.inline, (label) => ["labels", "inline", ...label]) : [];
}

/** One text has one answer, and that is a label. */
function exampleProblems({ labels, examples = [] }: Said): Problem[] {
  const known = labels?.inline && Object.values(labels.inline);
  return examples.flatMap(({ text, predicts }, index) => {
    const about = { path: ["examples", index, "predicts"], got: predicts };
    if (known && !known.includes(predicts))
      return [{ ...about, because: "no class of labels.inline has this label", remedy: nearestOf(predicts, known) }];
    const first = examples.findIndex((other) => other.text === text);
    const other = examples[first]?.predicts;
    if (other === predicts) return [];
    const because = `examples[${first}] has the same text and predicts ${JSON.stringify(other)}`;
    return [{ ...about, because, remedy: "keep the one whose answer is right" }];
  });
}

/** A build gets one token, as the exporter reads one. */
function twoCredentials({ model, tokenizer }: Said): Problem[] {
  const [first, second] = [model?.hf?.credential, tokenizer?.hf?.credential];
  if (first === undefined || second === undefined || first === second) return [];
  return [
    {
      path: ["tokenizer", "hf", "credential"],
      got: second,
      because: `the model's is ${JSON.stringify(first)}, and one export uses one token`,
      remedy: "name a credential that may read both repositories in both places",
    },
  ];
}
