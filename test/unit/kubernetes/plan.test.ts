/** The plan of the objects, from a parsed config and the plans of server and images. */
import { describe, expect, it } from "vitest";
import { planObjects } from "../../../components/kubernetes/plan";
import { serviceArgs } from "../../../components/options/stackOptions";
import { planServer } from "../../../components/server/plan";
import { imagesOf, project } from "../image/world";
import { warned } from "../told";

function planned(options: object = {}) {
  const model = { local: { path: "models/emotion" } };
  const registry = { generic: { repository: "registry.example.com/triton" } };
  const spec = serviceArgs.parse({ model, registry, server: { pypi: {} }, ...options });
  const images = imagesOf({ model, server: { pypi: {} } }, project()).plan;
  return planObjects(spec, planServer(spec).plan, images);
}

describe("the objects' plan", () => {
  it("puts every object where it belongs, under the names of the service", () => {
    const { plan } = planned({ namespace: "ml", namePrefix: "team-" });
    expect(plan.site).toEqual({
      names: { object: "team-sentiment", metrics: "team-sentiment-metrics" },
      namespace: "ml",
      stack: "acme/shop/dev",
    });
  });

  it("hides Triton behind the gateway that its flavour or the user asks for", () => {
    const port = (options: object) => planned(options).plan.pod.args.find((flag) => flag.startsWith("--http-port"));
    expect([port({}), port({ server: { ngc: {} } })]).toEqual(["--http-port=18000", "--http-port=8000"]);
    expect(planned({ server: { ngc: {} }, service: { gateway: {} } }).plan.pod.gateway?.image).toMatch(/nginx/);
  });

  it("waits for as many waves as the most pods take", () => {
    const seconds = (options: object) => planned(options).plan.pod.lifecycle.awaitSeconds;
    expect(seconds({ autoscaling: { cpu: { max: 3 } } })).toBeGreaterThan(seconds({}));
    expect(seconds({ replicas: 3 })).toBe(seconds({ autoscaling: { cpu: { max: 3 } } }));
  });

  it("shows a reviewer what the images were made from", () => {
    expect(planned().plan.pod.review).toMatchObject({
      model: "local:models/emotion",
      precision: "fp32",
      server: expect.stringContaining("2.51"),
    });
  });

  it("tells its problems at once, and warns of downtime and of a check that is not made", () => {
    const wrong = {
      service: { gateway: { enabled: false }, streamSeconds: 0 },
      resources: { memory: "64Mi" },
      podOverrides: { sepc: {} },
    };
    expect(planned(wrong).problems.map(({ path }) => path.join("."))).toEqual([
      "service.streamSeconds",
      "resources.memory",
      "podOverrides.sepc",
    ]);
    const gpu = { server: { ngc: {} }, gpu: { type: "L4" }, autoscaling: { cpu: { max: 3 } } };
    expect(warned(planned(gpu).warnings)).toEqual([
      expect.stringMatching(/^models\.sentiment: each change takes the only pod down/),
      "models.sentiment: up can't tell what keeps pods from starting, nor whether the autoscaler has a metric value, since no cluster is said; say it, or verify: false",
    ]);
    expect(planned({ ...gpu, cluster: { context: "x" } }).warnings).toHaveLength(1);
  });
});
