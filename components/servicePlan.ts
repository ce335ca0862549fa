/** Everything about a service that is known before any resource exists: joins the plans of its server, images and objects. In:
 *  its options, and the site that all services of a stack share. Out: the plan, and all problems that only files and facts can
 *  tell. It reads the user's files and writes nothing. */
import { type ImagesPlan, planImages } from "./image/plan";
import type { StackSite } from "./image/site";
import { type ObjectsPlan, planObjects } from "./kubernetes/plan";
import type { ServiceSpec } from "./options/stackOptions";
import { planServer } from "./server/plan";
import type { Draft } from "./shared/draft";
import type { Locate } from "./shared/paths";
import { locateProblem, locateWarning } from "./shared/problems";

export interface ServicePlan {
  /** Names everything of the service: the model's key, or the one that it had at first. */
  readonly name: string;
  readonly images: ImagesPlan;
  readonly objects: ObjectsPlan;
}

/** Plans the service `key`. */
export function planService(key: string, spec: ServiceSpec, site: StackSite): Draft<ServicePlan> {
  // Whatever has a name outside this program keeps the one that it was made with.
  const name = spec.renamedFrom ?? key;
  const server = planServer(spec);
  const images = planImages(spec, server.plan, { ...site, model: name });
  const objects = planObjects(spec, server.plan, images.plan);
  return {
    plan: { name, images: images.plan, objects: objects.plan },
    problems: [...server.problems, ...images.problems, ...objects.problems],
    warnings: [...server.warnings, ...images.warnings, ...objects.warnings],
  };
}

/** The same draft, each path in it where the user wrote it. */
export function locateService({ plan, problems, warnings }: Draft<ServicePlan>, locate: Locate): Draft<ServicePlan> {
  const { scaled } = plan.objects;
  return {
    plan: {
      ...plan,
      images: { ...plan.images, locate },
      objects: { ...plan.objects, scaled: { ...scaled, path: locate(scaled.path) } },
    },
    problems: problems.map((problem) => locateProblem(problem, locate)),
    warnings: warnings.map((warning) => locateWarning(warning, locate)),
  };
}
