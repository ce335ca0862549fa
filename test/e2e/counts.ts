/** How many requests the tests count on which nothing may be lost: few in `npm test`, all that the docs name in
 *  `npm run soak`. */

/** Set by test/soak/run.ts. */
export const FULL_COUNTS = "TRITON_BERT_FULL_COUNTS";

export const requests = ({ soak, test }: { soak: number; test: number }): number =>
  process.env[FULL_COUNTS] ? soak : test;
