import { describe, expect, it } from "vitest";
import { limitProblems, limitsOf } from "../../../components/server/limits";
import { rolloutOptions, servingOptions } from "../../../components/server/options";

const limits = (serving: object = {}, rollout: object = {}) =>
  limitsOf(servingOptions.parse(serving), rolloutOptions.parse(rollout));
const problems = (serving: object, rollout: object = {}) =>
  limitProblems(servingOptions.parse(serving), rolloutOptions.parse(rollout));

describe("what one client may ask", () => {
  it("is this by default", () => {
    expect(limits()).toEqual({
      textBytes: 65536,
      requestBytes: 1048576,
      bodyBytes: 3 * 1048576 + 65536,
      waitSeconds: 10,
      waitingRequests: 1000,
    });
  });

  it("is a text of 128 bytes for each token that is read, and no more than a request may have", () => {
    expect(limits({ maxLength: 128 }).textBytes).toBe(16384);
    expect(limits({ limits: { requestBytes: 4096 } }).textBytes).toBe(4096);
    expect(limits({ maxLength: 128, limits: { textBytes: 100_000 } }).textBytes).toBe(100_000);
  });

  it("lets nobody wait for longer than a stopping pod does", () => {
    expect(limits({}, { longestRequestSeconds: 5 }).waitSeconds).toBe(5);
    expect(limits({ limits: { waitSeconds: 0.5 } }).waitSeconds).toBe(0.5);
    expect(problems({ limits: { waitSeconds: 25 } })).toEqual([]);
    expect(problems({ limits: { waitSeconds: 30 } })).toEqual([
      {
        path: ["serving", "limits", "waitSeconds"],
        got: 30,
        because: expect.stringContaining("25 seconds"),
        remedy: "lower it, or raise rollout.longestRequestSeconds",
      },
    ]);
  });

  it("is refused where a text may be larger than its request", () => {
    expect(problems({ limits: { textBytes: 4096, requestBytes: 4096 } })).toEqual([]);
    expect(problems({ limits: { textBytes: 4097, requestBytes: 4096 } })).toEqual([
      {
        path: ["serving", "limits", "textBytes"],
        got: 4097,
        because: expect.stringContaining("4096"),
        remedy: "lower it, or raise serving.limits.requestBytes",
      },
    ]);
  });
});
