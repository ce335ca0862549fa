/** Whether a service has a gateway, and what of it is not the pod's own. In: the option `service`, and the server's plan. Out: its
 *  parts, or none; and what can't be had without one. */
import type { ServerPlan } from "../../server/plan";
import type { Draft } from "../../shared/draft";
import type { ServiceOptions } from "../options";
import type { GatewayInput } from "./container";
import { gatewayOf, gatewayProblems, NGINX_IMAGE } from "./options";

export interface GatewayParts extends Pick<GatewayInput, "options" | "limits" | "streamSeconds"> {
  /** Absent: the server image. */
  readonly image?: string | undefined;
}

export function planGateway(service: ServiceOptions, { choice, limits }: ServerPlan): Draft<GatewayParts | undefined> {
  const options = gatewayOf(service.gateway, choice.flavour);
  const image = choice.flavour === "pypi" ? undefined : NGINX_IMAGE;
  const { streamSeconds } = service;
  return {
    plan: options && { options, image, limits, streamSeconds },
    problems: gatewayProblems(service, choice.flavour),
    warnings: [],
  };
}
