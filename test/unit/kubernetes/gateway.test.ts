import { describe, expect, it } from "vitest";
import { gatewayConfig } from "../../../components/kubernetes/gateway/config";
import { CHECK_SOURCE } from "../../../components/kubernetes/gateway/container";
import { gatewayOf, gatewayOptions, gatewayProblems } from "../../../components/kubernetes/gateway/options";
import { networkPolicyArgs, serviceArgs } from "../../../components/kubernetes/networking";
import { podTemplate } from "../../../components/kubernetes/pod";
import { lifecycle } from "../../../components/server/lifecycle";
import { limitsOf } from "../../../components/server/limits";
import { rolloutOptions, servingOptions } from "../../../components/server/options";
import { input, service, site } from "./world";

const rollout = rolloutOptions.parse({});
const limits = limitsOf(servingOptions.parse({}), rollout);
const options = gatewayOptions.parse({ cpu: 0.25 });
const parts = { options, limits, streamSeconds: 3600 };
const config = (more = {}) =>
  gatewayConfig({
    lifecycle: lifecycle(rollout),
    limits,
    grpc: true,
    streamSeconds: 3600,
    ...more,
  });

describe("a gateway", () => {
  it("is there by default with the Triton of PyPI only, and wherever it is asked for", () => {
    const none = gatewayOptions.parse({ enabled: false });
    expect([gatewayOf(undefined, "pypi"), gatewayOf(undefined, "ngc"), gatewayOf(none, "pypi")]).toEqual([
      gatewayOptions.parse({}),
      undefined,
      undefined,
    ]);
    expect(gatewayOf(options, "ngc")).toEqual(options);
    expect(podTemplate(input).spec.containers).toHaveLength(1);
  });

  it("takes the ports that the Service asks for, and Triton keeps its metrics", () => {
    const [triton, before] = podTemplate({ ...input, gateway: parts }).spec.containers;
    expect(before?.ports).toEqual([
      { name: "http", containerPort: 8000 },
      { name: "grpc", containerPort: 8001 },
    ]);
    expect(triton.ports).toEqual([
      { name: "metrics", containerPort: 8002 },
      { name: "health", containerPort: 8003 },
    ]);
    const probes = [triton.readinessProbe, triton.livenessProbe, before?.readinessProbe, before?.livenessProbe];
    expect(probes.map((probe) => probe?.httpGet)).toEqual([
      { path: "/ready", port: "health" },
      { path: "/live", port: "health" },
      { path: "/gateway", port: 8004 },
      { path: "/gateway", port: 8004 },
    ]);
    expect(before?.env.map(({ name }) => name)).toEqual(["NGINX_CONFIG", "NGINX_CHECK", "LD_LIBRARY_PATH"]);
    expect(before?.env[1]?.value).toBe(CHECK_SOURCE);
  });

  it("runs the server's own image unless another is named", () => {
    const image = (more = {}) => podTemplate({ ...input, gateway: { ...parts, ...more } }).spec.containers[1]?.image;
    expect(image()).toBe(input.image);
    expect(image({ image: "docker.io/nginx" })).toBe("docker.io/nginx");
    expect(image({ image: "docker.io/nginx", options: { ...options, image: "mine" } })).toBe("mine");
  });

  it("runs as restricted as Triton, on a read-only root, and is told its size", () => {
    const { containers, volumes } = podTemplate({ ...input, gateway: parts }).spec;
    const [triton, before] = containers;
    expect(before?.securityContext).toEqual(triton.securityContext);
    expect(before?.resources).toEqual({ requests: { cpu: "250m", memory: "48Mi" }, limits: { memory: "689Mi" } });
    expect(volumes.map(({ name }) => name)).toContain(before?.volumeMounts[0]?.name);
  });

  it("renews connections in half of the time that a stopping pod still serves, and lets requests end before it goes", () => {
    const [, before] = podTemplate({ ...input, gateway: parts }).spec.containers;
    expect(before?.env[0]?.value).toContain("keepalive_time 2s;");
    expect(before?.lifecycle.preStop.exec.command.at(-1)).toMatch(/^sleep 5; nginx .* -s quit; while/);
  });
});

describe("its nginx.conf", () => {
  it("has the service's own numbers", () => {
    const text = config({ limits: { ...limits, bodyBytes: 12345, waitingRequests: 10 }, streamSeconds: 77 });
    expect(text).toContain("client_max_body_size 12345;");
    expect(text).toContain("limit_conn requests 74;");
    for (const name of ["client_body_timeout", "grpc_send_timeout", "grpc_read_timeout"])
      expect(text).toContain(`${name} 77s;`);
  });

  it("has no stream where there shall be none, and no gRPC where there is none", () => {
    expect(config({ streamSeconds: 0 })).toMatch(/ModelStreamInfer \{\s+return 501;/);
    expect(config({ grpc: false })).not.toMatch(/grpc_pass|8001/);
  });

  it("closes what it opens", () => {
    const text = config().replaceAll(/'[^'\n]*'|"[^"\n]*"/g, "");
    expect(text.split("{")).toHaveLength(text.split("}").length);
  });
});

describe("what the container gets by its environment", () => {
  it("holds nothing that Kubernetes would replace: $(NAME), or $$ by $", () => {
    for (const text of [config(), CHECK_SOURCE]) expect(text).not.toMatch(/\$[($]/);
  });
});

describe("streams that are closed", () => {
  it("need a gateway, or all of gRPC closed with them", () => {
    const told = (options: NonNullable<Parameters<typeof service>[0]>, flavour: string) =>
      gatewayProblems(service({ streamSeconds: 0, ...options }), flavour).map(({ path }) => path.join("."));
    expect(told({}, "ngc")).toEqual(["service.streamSeconds"]);
    expect([told({}, "pypi"), told({ gateway: {} }, "ngc"), told({ grpc: false }, "ngc")]).toEqual([[], [], []]);
  });
});

describe("gRPC that is switched off", () => {
  it("has a port on no object", () => {
    const closed = service({ grpc: false });
    expect(serviceArgs(site, closed).spec.ports.map(({ name }) => name)).toEqual(["http"]);
    expect(networkPolicyArgs(site, closed).spec.ingress[0]?.ports).toEqual([{ protocol: "TCP", port: 8000 }]);
    const pods = [
      { ...input, service: closed },
      { ...input, service: closed, gateway: parts },
    ].map((pod) => podTemplate(pod).spec);
    for (const { containers } of pods)
      expect(containers.flatMap(({ ports }) => ports).map(({ name }) => name)).not.toContain("grpc");
  });
});
