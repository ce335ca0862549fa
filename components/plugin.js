/** What Pulumi's plugin host requires; index.ts in this folder is what it then finds. Plain JavaScript, because the host
 *  compiles TypeScript with the tsconfig.json of the project that calls, and checks the types by it: Pulumi's own default
 *  (an outDir and no rootDir) is an error to TypeScript 6, and a stricter one would refuse ours. So this package's files
 *  are translated here, by options of their own and unchecked, which is a test's job. The host's way stays for all other files.
 *  The analyser, which looks for plugin.ts first, falls back to index.ts. */
const { readFileSync } = require("node:fs");
const { sep } = require("node:path");
const { ModuleKind, ScriptTarget, transpileModule } = require("typescript");

const compilerOptions = {
  target: ScriptTarget.ES2022,
  module: ModuleKind.NodeNext,
  esModuleInterop: true,
  inlineSourceMap: true,
};
const others = require.extensions[".ts"];

require.extensions[".ts"] = (module, fileName) => {
  if (!fileName.startsWith(__dirname + sep)) return others(module, fileName);
  const { outputText } = transpileModule(readFileSync(fileName, "utf8"), { fileName, compilerOptions });
  return module._compile(outputText, fileName);
};

module.exports = require("./index.ts");
