/** What a model image is built from, as a golden list: a change of it exports users' models again, which takes minutes for each and
 *  gives every one a new image. So it is made on purpose, and told. */
import { expect, it } from "vitest";
import { contentDigests } from "../../../components/image/contextFiles";
import { exportFiles, taskFiles } from "../../../components/image/packageFolders";
import { STORAGES } from "../../../components/image/storages/storages";
import { taskOptions } from "../../../components/image/tasks/tasks";
import { imagesOf, project, REVISION } from "./world";

const TELL =
  "This change exports models again that users have: those of the storages and tasks whose hash has moved. If it must, write a " +
  'line in CHANGELOG.md under "Unreleased", beginning with "**Exports every model again**" (or which models), that says why; ' +
  "then write the golden list anew: npx vitest run --config vitest.config.mts exportedAgain -u";

const MODELS: Record<string, object> = {
  hf: { hf: { id: "acme/sentiment", revision: REVISION } },
  local: { local: { path: "models/emotion" } },
  http: { http: { archive: { url: "https://nexus.example.com/sentiment.zip", sha256: "a".repeat(64) } } },
  clearml: { clearml: { modelId: "0123456789abcdef0123456789abcdef", credential: "robot" } },
};

it("exports no user's model again unless a line in CHANGELOG.md says so", async () => {
  const storages = Object.keys(STORAGES);
  expect(Object.keys(MODELS)).toEqual(storages);
  const folder = project();
  const tasks = Object.keys(taskOptions.shape);
  const hashes = Object.entries(MODELS).flatMap(([storage, model]) =>
    tasks.map((task) => {
      const { plan } = imagesOf({ model, task: { [task]: {} } }, folder);
      return `${plan.model.hash} a model of storage ${storage}, task ${task}`;
    }),
  );
  const files = new Map([...exportFiles(storages), ...tasks.flatMap((task) => [...taskFiles(task, "model")])]);
  const digests = Object.entries(contentDigests(files)).map(([name, digest]) => `${digest.slice(0, 12)} ${name}`);
  await expect(`${[...hashes, ...digests.sort(byName)].join("\n")}\n`, TELL).toMatchFileSnapshot(
    "modelImages.golden.txt",
  );
});

const byName = (one: string, other: string) => (one.slice(13) < other.slice(13) ? -1 : 1);
