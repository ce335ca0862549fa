/** What is said of where model and tokenizer come from, and what it moves: the same for both. */
import { REVISION } from "../image/world";
import type { Row } from "./args";

type Role = "model" | "tokenizer";

const HUB = { id: "acme/sentiment", revision: REVISION };
const HOST = "https://nexus.example.com";
const ARCHIVE = { url: `${HOST}/a.zip`, sha256: "a".repeat(64) };
const CONFIG = { url: `${HOST}/config.json`, sha256: "c".repeat(64) };
const FILES = { "config.json": CONFIG, "model.safetensors": { url: `${HOST}/w`, sha256: "b".repeat(64) } };
const KEYS = { accessKeyId: "key", secretAccessKey: "secret" };
const credentials = { robot: KEYS, other: { ...KEYS, accessKeyId: "another" } };
const PUBLIC = { api: "https://api.clear.ml", files: "https://files.clear.ml" };
const BY_ID = { modelId: "0a1b2c", credential: "robot" };
const MODEL = { project: "NLP/Reviews", name: "sentiment", sha256: "d".repeat(64), credential: "robot" };
const elsewhere = "https://other.example.com/x";
const other = "f".repeat(64);

/** A field of a storage, before and after, and where in spec.json it stands. */
type Change = readonly [field: string, before: object, after: object, inSpec: string];

const CHANGES: readonly Change[] = [
  ["hf.id", { hf: HUB }, { hf: { ...HUB, id: "acme/other" } }, "hf.id"],
  ["hf.revision", { hf: HUB }, { hf: { ...HUB, revision: REVISION.replace("7", "8") } }, "hf.revision"],
  ["http.archive.url", archive({}), archive({ url: elsewhere }), "http.archive.url"],
  ["http.archive.sha256", archive({}), archive({ sha256: other }), "http.archive.sha256"],
  ["http.files[].url", files({}), files({ url: elsewhere }), "http.files.config.json.url"],
  ["http.files[].sha256", files({}), files({ sha256: other }), "http.files.config.json.sha256"],
  ["clearml.project", clearml({}), clearml({ project: "NLP/Other" }), "clearml.project"],
  ["clearml.name", clearml({}), clearml({ name: "emotion" }), "clearml.name"],
  ["clearml.sha256", clearml({}), clearml({ sha256: other }), "clearml.sha256"],
  ["clearml.modelId", { clearml: BY_ID }, { clearml: { ...BY_ID, modelId: "f00" } }, "clearml.modelId"],
];

function clearml(more: object) {
  return { clearml: { ...MODEL, ...more } };
}

function archive(more: object) {
  return { http: { archive: { ...ARCHIVE, ...more } } };
}

function files(more: object) {
  return { http: { files: { ...FILES, "config.json": { ...CONFIG, ...more } } } };
}

/** A storage without and with a credential of a kind that it takes. */
const LOGINS: readonly (readonly [storage: string, fields: object, entry: object])[] = [
  ["hf", HUB, { token: "secret" }],
  ["http", { archive: ARCHIVE }, { username: "robot", password: "secret" }],
];

const rowsOf = (role: Role): Row[] => [
  ...CHANGES.map(([field, before, after, inSpec]): Row => {
    const spec = `model context: spec.json.${role}.${inSpec}`;
    const moves = [spec, "model tag", `pod: metadata.annotations.triton-bert/${role}`, "server tag"];
    return [`${role}.${field}`, { credentials, [role]: before }, { credentials, [role]: after }, moves];
  }),
  ...LOGINS.map(([storage, fields, robot]): Row => {
    const [without, named] = [{ [storage]: fields }, { [storage]: { ...fields, credential: "robot" } }];
    const moves = [`model-image: build.args.${role.toUpperCase()}_CREDENTIAL`];
    const before = { credentials: { robot }, [role]: without };
    return [`${role}.${storage}.credential`, before, { ...before, [role]: named }, moves];
  }),
  ...["api", "files"].map((server): Row => {
    const [before, after] = [clearml({}), clearml({ server: { ...PUBLIC, [server]: "http://clearml:8008" } })];
    const moves = [`model context: spec.json.${role}.clearml.server.${server}`, "model tag", "server tag"];
    return [`${role}.clearml.server.${server}`, { credentials, [role]: before }, { credentials, [role]: after }, moves];
  }),
  [
    `${role}.clearml.credential`,
    { credentials, [role]: clearml({}) },
    { credentials, [role]: clearml({ credential: "other" }) },
    [`model-image: build.args.${role.toUpperCase()}_CREDENTIAL.value`],
  ],
];

const keysRow = (field: keyof typeof KEYS): Row => [
  `credentials[].${field}`,
  { credentials: { robot: KEYS }, model: { clearml: BY_ID } },
  { credentials: { robot: { ...KEYS, [field]: "another" } }, model: { clearml: BY_ID } },
  ["model-image: build.args.MODEL_CREDENTIAL.value"],
];

const local = (path: string) => ({ local: { path } });

export const storageRows: readonly Row[] = [
  ...rowsOf("model"),
  ...rowsOf("tokenizer"),
  keysRow("accessKeyId"),
  keysRow("secretAccessKey"),
  [
    "model.local.path",
    {},
    { model: local("models/other") },
    [
      "model context: sources/model/model.safetensors",
      "model context: sources/model/tokenizer",
      "model tag",
      "pod: metadata.annotations.triton-bert/model",
      "server tag",
    ],
  ],
  [
    "tokenizer.local.path",
    { tokenizer: local("models/emotion") },
    { tokenizer: local("models/other") },
    [
      "model context: sources/tokenizer/model.safetensors",
      "model context: sources/tokenizer/tokenizer",
      "model tag",
      "pod: metadata.annotations.triton-bert/tokenizer",
      "server tag",
    ],
  ],
];
