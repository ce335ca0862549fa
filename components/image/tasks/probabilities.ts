/** The option of every task whose classes have scores: all of them as an output of its own. */
import { z } from "zod";

export const probabilitiesOption = z
  .boolean()
  .default(false)
  .describe(
    "Answer with the score of each class as well: output probabilities, FP32 [N, classes]. /v2/models/<apiName>/config has their labels in order, as a JSON list in parameters.labels.",
  );
