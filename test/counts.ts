/** What came of tests. */
export interface Counts {
  readonly passed: number;
  readonly skipped: number;
  readonly failures: readonly Failure[];
}

export interface Failure {
  readonly test: string;
  /** What it said; the first line is kept. */
  readonly why: string;
}

export const NONE: Counts = { passed: 0, skipped: 0, failures: [] };

export const failed = (test: string, why: string): Counts => ({
  ...NONE,
  failures: [{ test, why: why.trim().split("\n")[0] ?? "" }],
});

export const sum = (one: Counts, other: Counts): Counts => ({
  passed: one.passed + other.passed,
  skipped: one.skipped + other.skipped,
  failures: [...one.failures, ...other.failures],
});
