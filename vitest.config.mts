import { defineConfig } from "vitest/config";

export default defineConfig({
  // The Docker client of whoever runs the tests is none of theirs.
  test: {
    env: { DOCKER_CONFIG: "/nowhere" },
    include: ["test/unit/**/*.test.ts"],
    pool: "threads",
    testTimeout: 60_000,
  },
});
