/** What a text takes of memory while the graph runs, by its length. In: tokens. Out: MiB, and from them how many long texts may run
 *  together. Measured with onnxruntime 1.32, whose arena keeps the most that it ever needed, in powers of two. */
import { LENGTH } from "./options";

/** For one text of LENGTH tokens in a BERT-base, MiB: about four copies of the attention scores (12 heads × 512² × 4 B), which grow
 *  with the square of the length, and of the feed-forward layer (512 × 3072 × 4 B). */
const SCORES = 48;
const FORWARD = 32;
/** Heads of a BERT-large, by those of a BERT-base. */
const LARGE_HEADS = 16 / 12;

/** Up to LENGTH, where attention is the smaller part, linear is on the safe side. */
export function textMiB(tokens: number, isLarge = false): number {
  const share = tokens / LENGTH;
  return share <= 1
    ? share * (SCORES + FORWARD)
    : FORWARD * share + SCORES * share * share * (isLarge ? LARGE_HEADS : 1);
}

/** How many texts of so many tokens take no more than `texts` of LENGTH; one at least. */
export const textsInRoomOf = (texts: number, tokens: number): number =>
  Math.max(1, Math.min(texts, Math.floor((texts * textMiB(LENGTH)) / textMiB(tokens))));
