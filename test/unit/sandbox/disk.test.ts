import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { freeGigabytes, requireRoom } from "../../../sandbox/disk";

it("refuses a disk that is too full, and says how much is missing and what helps", () => {
  expect(() => requireRoom("/cache", 20, 19.94)).toThrow(
    "The disk of /cache has 19.9 GB free, and 20 are needed.\nMake room, or set TRITON_BERT_CACHE to a folder on a larger disk.",
  );
  expect(() => requireRoom("/cache", 20, 20)).not.toThrow();
});

it("asks the disk of a folder that is still to be made", () => {
  const parent = mkdtempSync(join(tmpdir(), "triton-bert-disk-"));
  try {
    expect(freeGigabytes(join(parent, "cache"))).toBeCloseTo(freeGigabytes(parent), 0);
    expect(() => requireRoom(join(parent, "cache"), 1e9)).toThrow("1000000000 are needed");
  } finally {
    rmSync(parent, { recursive: true });
  }
});
