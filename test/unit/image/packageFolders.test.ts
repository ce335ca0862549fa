import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { serverFiles } from "../../../components/image/packageFolders";
import { lifecycle } from "../../../components/server/lifecycle";
import { rolloutOptions } from "../../../components/server/options";
import { watchCommand } from "../../../components/server/watch";

it.each(["pypi", "ngc", "image"] as const)("the container's command is in the server image, flavour %s", (flavour) => {
  const { watch: times } = lifecycle(rolloutOptions.parse({}));
  const facts = { httpPort: 8000, device: "cpu", onnxBackend: "python", pipeline: "fused", instances: 1 } as const;
  const [, program = ""] = watchCommand({ ...facts, times });
  const files = serverFiles(flavour);
  expect([...files.keys()]).toContain(program.replace("/opt/triton-bert/", "watch/"));
  expect([...files.keys()].filter((name) => name.startsWith("watch/bert_watch/")).length).toBeGreaterThan(5);
  const dockerfile = files.get("Dockerfile");
  expect(dockerfile && "file" in dockerfile && readFileSync(dockerfile.file, "utf8")).toContain(
    "COPY watch /opt/triton-bert/\n",
  );
});
