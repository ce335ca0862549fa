/** The promise of the README's first command. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { infer, labelsOf, object, project } from "./support";

interface Deployment {
  readonly metadata: { readonly generation: number; readonly uid: string };
}

const start = async () => (await promisify(execFile)("npm", ["start"], { cwd: project, maxBuffer: 1 << 26 })).stdout;

describe("npm start", () => {
  it("deploys the committed dev stack, asks it a sentence and prints what a person needs", async () => {
    const said = await start();
    expect(said).toMatch(/predicts +positive {2}\(score 0\.\d+\)/);
    expect(said).toMatch(/model +sandbox\/model: .* seeded/);
    expect(said).toMatch(/parity +largest logit difference to the original \d\.\de-\d+, over \d+ texts/);
    expect(said).toMatch(/image +localhost:5001\/triton\/tritoned_sentiment:latest-[0-9a-f]{12}, \d+ MB/);
    expect(said).toMatch(/curl -s http:\/\/127\.0\.0\.1:\d+\/v2\/models\/sentiment\/infer/);
    expect(said).toContain("npm run stop");
  });

  it("prints a curl that works when pasted", async () => {
    const command = /try +(curl .*)/.exec(await start())?.[1] ?? "";
    const { stdout } = await promisify(execFile)("bash", ["-c", command]);
    expect(JSON.parse(stdout).outputs.map(({ name }: { name: string }) => name)).toContain("predicts");
  });

  it("changes nothing when it is run again", async () => {
    const before = await object<Deployment>("deployment", "sentiment");
    await start();
    const after = await object<Deployment>("deployment", "sentiment");
    expect(after.metadata).toMatchObject({ uid: before.metadata.uid, generation: before.metadata.generation });
  });

  it("answers several texts in one request", async () => {
    expect(labelsOf(await infer("sentiment", ["I love it", "I hate it"]))).toEqual(["positive", "negative"]);
  });
});
