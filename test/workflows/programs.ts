/** What the examples for CI are checked with, besides requirements.txt. To bump it: here and in go.mod, then
 *  `go mod tidy` in actionlint/. */
import { cacheFolder } from "../../sandbox/cache";
import type { Progress } from "../../sandbox/progress";
import { ensurePrograms } from "../../sandbox/toolchain/builder";
import { plainModule } from "../../sandbox/toolchain/plainModule";

const actionlintModule = plainModule<"actionlint">(__dirname, {
  name: "actionlint",
  programs: { actionlint: { title: "actionlint", package: "github.com/rhysd/actionlint/cmd/actionlint" } },
  tags: [],
  usual: () => "",
});

/** Path of actionlint, which knows GitHub's expressions and permissions. */
export async function actionlint(log: Progress): Promise<string> {
  return log.step("actionlint (once)", async (update) => {
    const { bin } = await ensurePrograms(actionlintModule, {
      cache: cacheFolder(),
      log: update,
      programs: ["actionlint"],
    });
    return `${bin}/actionlint`;
  });
}
