/** Problems and warnings as a person reads them, of a service that stands under `models.sentiment`. */
import { type Path, pathText, printText } from "../../components/shared/paths";
import {
  locateProblem,
  locateWarning,
  type Problem,
  type Warning,
  warningText,
} from "../../components/shared/problems";

const locate = (path: Path): Path => ["models.sentiment", ...path];

export const told = (problems: readonly Problem[]) =>
  problems.map((problem) => {
    const { path, because, remedy, ...rest } = locateProblem(problem, locate);
    return { path: pathText(path), ...rest, because: printText(because), remedy: printText(remedy) };
  });

export const warned = (warnings: readonly (Warning | undefined)[]) =>
  warnings.map((warning) => warning && warningText(locateWarning(warning, locate)));
