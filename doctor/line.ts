/** What the doctor says of one thing. In: a check. Out: a line, whatever comes of it. */
export interface Line {
  /** bad: `up` fails, or a pod can't start. */
  readonly mark: "ok" | "warn" | "bad";
  /** What was looked at. */
  readonly of: string;
  readonly said: string;
}

const SIGNS = { ok: "✓", warn: "!", bad: "✗" } as const;

export const ok = (of: string, said: string): Line => ({ mark: "ok", of, said });
export const warn = (of: string, said: string): Line => ({ mark: "warn", of, said });
export const bad = (of: string, said: string): Line => ({ mark: "bad", of, said });

export const lineText = ({ mark, of, said }: Line): string => `${SIGNS[mark]} ${of.padEnd(14)} ${said}`;

/** Runs a check, which may take so long at most; whatever goes wrong in it becomes its line. */
export async function within(of: string, milliseconds: number, check: () => Promise<Line[]>): Promise<Line[]> {
  const late = new Promise<Line[]>((resolve) => {
    const text = `no answer within ${milliseconds / 1000} s`;
    setTimeout(() => resolve([bad(of, text)]), milliseconds);
  });
  const failed = (problem: Error) => [bad(of, problem.message)];
  return Promise.race([check().catch(failed), late]);
}
