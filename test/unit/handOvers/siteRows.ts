/** What is said of where images are built and pushed, and what it moves. */
import { REVISION } from "../image/world";
import { ARGS, type Row } from "./args";

const generic = (more: object = {}) => ({ registry: { generic: { ...ARGS.registry.generic, ...more } } });
const credentials = {
  push: { token: "pass" },
  other: { token: "another" },
  pull: { username: "reader", password: "read" },
};
const login = (more: object = {}) => ({ credentials, ...generic({ username: "ci", credential: "push", ...more }) });
const robot = (more: object = {}) => ({
  credentials: { push: { username: "robot", password: "pass", ...more } },
  ...generic({ credential: "push" }),
});
const hub = () => ({ hf: { id: "acme/sentiment", revision: REVISION } });
const build = (more: object) => ({ build: more });

export const siteRows: readonly Row[] = [
  [
    "registry.generic.repository",
    {},
    generic({ repository: "other.example.com/triton" }),
    [
      "after up: reference",
      "model tag",
      "model-image: registry.server",
      "output: imageDigest",
      "server tag",
      "server-image: build.args.MODEL_IMAGE",
      "server-image: registry.server",
    ],
  ],
  [
    "registry.generic.username",
    login(),
    login({ username: "other" }),
    [
      "after up: login.username",
      "model-image: registry.username",
      "pull-secret: data.value..dockerconfigjson",
      "server-image: registry.username",
    ],
  ],
  [
    "registry.generic.credential",
    login(),
    login({ credential: "other" }),
    [
      "after up: login.password",
      "model-image: registry.password.value",
      "pull-secret: data.value..dockerconfigjson",
      "server-image: registry.password.value",
    ],
  ],
  ["registry.generic.ca", {}, generic({ ca: "ca.pem" }), ["after up: ca"]],
  [
    "registry.generic.pullSecret.credential",
    login(),
    login({ pullSecret: { credential: "pull" } }),
    ["pull-secret: data.value..dockerconfigjson"],
  ],
  [
    "registry.generic.pullSecret.name",
    login(),
    login({ pullSecret: { name: "regcred" } }),
    [
      "deployment: dependsOn",
      "pod: spec.imagePullSecrets.regcred",
      "pod: spec.imagePullSecrets.sentiment-pull",
      "pull-secret",
    ],
  ],
  [
    "registry.generic.pullSecret.none",
    login(),
    login({ pullSecret: { none: {} } }),
    ["deployment: dependsOn", "pod: spec.imagePullSecrets", "pull-secret"],
  ],
  [
    "credentials[].token",
    login(),
    { ...login(), credentials: { ...credentials, push: { token: "a third" } } },
    [
      "after up: login.password",
      "model-image: registry.password.value",
      "pull-secret: data.value..dockerconfigjson",
      "server-image: registry.password.value",
    ],
  ],
  [
    "credentials[].username",
    robot(),
    robot({ username: "ci" }),
    [
      "after up: login.username",
      "model-image: registry.username",
      "pull-secret: data.value..dockerconfigjson",
      "server-image: registry.username",
    ],
  ],
  [
    "credentials[].password",
    robot(),
    robot({ password: "another" }),
    [
      "after up: login.password",
      "model-image: registry.password.value",
      "pull-secret: data.value..dockerconfigjson",
      "server-image: registry.password.value",
    ],
  ],
  [
    "build.base",
    {},
    build({ base: "python:3.12-slim" }),
    [
      "model tag",
      "model-image: build.args.BASE_IMAGE",
      "server tag",
      "server-image: build.args.BASE_IMAGE",
      "server-image: build.args.TOOLS_IMAGE",
    ],
  ],
  [
    "build.packageIndex",
    {},
    build({ packageIndex: "https://pypi.example.com/simple" }),
    [
      "model tag",
      "model-image: build.args.PACKAGE_INDEX",
      "model-image: build.args.TORCH_INDEX",
      "server tag",
      "server-image: build.args.PACKAGE_INDEX",
    ],
  ],
  [
    "build.torchCpuWheels",
    {},
    build({ torchCpuWheels: false }),
    ["model tag", "model-image: build.args.TORCH_INDEX", "server tag"],
  ],
  [
    "build.ca",
    {},
    build({ ca: "ca.pem" }),
    ["model context: certificates/ca.crt", "model tag", "server context: certificates/ca.crt", "server tag"],
  ],
  [
    "build.hubEndpoint",
    { model: hub() },
    { model: hub(), ...build({ hubEndpoint: "https://hub.example.com" }) },
    ["model context: spec.json.model.hf.endpoint", "model tag", "server tag"],
  ],
  [
    "build.proxy.http",
    {},
    build({ proxy: { http: "http://proxy:1" } }),
    ["model tag", "model-image: build.args.HTTP_PROXY", "server tag", "server-image: build.args.HTTP_PROXY"],
  ],
  [
    "build.proxy.https",
    {},
    build({ proxy: { https: "http://proxy:1" } }),
    ["model tag", "model-image: build.args.HTTPS_PROXY", "server tag", "server-image: build.args.HTTPS_PROXY"],
  ],
  [
    "build.proxy.no",
    {},
    build({ proxy: { no: "localhost" } }),
    ["model tag", "model-image: build.args.NO_PROXY", "server tag", "server-image: build.args.NO_PROXY"],
  ],
];
