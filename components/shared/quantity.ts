/** Kubernetes' way to write amounts. In: its text. Out: a number. */

const BINARY = ["Ki", "Mi", "Gi", "Ti", "Pi"];
const DECIMAL = ["n", "u", "m", "", "k", "M", "G", "T", "P"];

/** A Kubernetes quantity as a number. */
export function quantity(text: string): number {
  const [, digits = "0", suffix = ""] = /^([\d.]+(?:e[+-]?\d+)?)([a-zA-Z]*)$/.exec(text) ?? [];
  const binary = BINARY.indexOf(suffix);
  const decimal = DECIMAL.indexOf(suffix);
  return Number(digits) * (binary >= 0 ? 1024 ** (binary + 1) : 1000 ** (decimal - 3));
}

/** A quantity of bytes in MiB. */
export const mebibytes = (text: string): number => quantity(text) / 1024 ** 2;
