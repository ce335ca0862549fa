/** What a reviewer must see in a diff: the image's own diff does not say which of its arguments changed. In: the plans. Out:
 *  annotations of the pod. */
import type { ImagesPlan } from "../image/plan";
import type { ServerPlan } from "../server/plan";
import type { ServerSpec } from "../server/spec";

export interface Review {
  /** Hub id and revision, or the local path. */
  readonly model: string;
  /** Absent: the model's own. */
  readonly tokenizer?: string | undefined;
  readonly precision: string;
  readonly maxBatchSize: number;
  /** ServerChoice.described. */
  readonly server: string;
}

export function planReview({ precision }: ServerSpec, { serving, choice }: ServerPlan, { model }: ImagesPlan): Review {
  return {
    model: model.model.described,
    tokenizer: model.tokenizer?.described,
    precision,
    maxBatchSize: serving.maxBatchSize,
    server: choice.described,
  };
}

export function reviewAnnotations(review: Review): Record<string, string> {
  return {
    "triton-bert/model": review.model,
    ...(review.tokenizer === undefined ? {} : { "triton-bert/tokenizer": review.tokenizer }),
    "triton-bert/precision": review.precision,
    "triton-bert/max-batch-size": String(review.maxBatchSize),
    "triton-bert/server": review.server,
  };
}
