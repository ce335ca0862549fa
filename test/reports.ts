/** Counts out of the test runners' own reports. */
import { readFileSync } from "node:fs";
import { type Counts, failed, NONE, sum } from "./counts";

/** vitest's JSON reporter (Jest's format). A file that fails without a failed test, because it does not load or a hook fails, counts
 *  as one failure. */
export function vitestCounts(file: string): Counts {
  interface Report {
    readonly testResults: readonly {
      readonly name: string;
      readonly status: string;
      readonly message: string;
      readonly assertionResults: readonly {
        readonly fullName: string;
        readonly status: "passed" | "failed" | "pending" | "skipped" | "todo";
        readonly failureMessages?: readonly string[];
      }[];
    }[];
  }
  const { testResults } = JSON.parse(readFileSync(file, "utf8")) as Report;
  return testResults
    .flatMap(({ name, status, message, assertionResults }) => {
      const tests = assertionResults.map((test) => {
        if (test.status === "passed") return { ...NONE, passed: 1 };
        if (test.status === "failed") return failed(`${name}: ${test.fullName}`, test.failureMessages?.[0] ?? "");
        return { ...NONE, skipped: 1 };
      });
      const isUnexplained = status === "failed" && tests.every(({ failures }) => failures.length === 0);
      return isUnexplained ? [...tests, failed(name, message)] : tests;
    })
    .reduce(sum, NONE);
}

/** pytest's --junitxml. What fails in a fixture is an `error`. */
export function pytestCounts(file: string): Counts {
  const tests = readFileSync(file, "utf8").matchAll(/<testcase ([^>]*?)(?:\/>|>(.*?)<\/testcase>)/gs);
  return [...tests]
    .map(([, attributes = "", inside = ""]): Counts => {
      const problem = /<(?:failure|error) message="([^"]*)"/.exec(inside);
      if (problem) return failed(nameOf(attributes), unescaped(problem[1] ?? ""));
      return inside.includes("<skipped") ? { ...NONE, skipped: 1 } : { ...NONE, passed: 1 };
    })
    .reduce(sum, NONE);
}

function nameOf(attributes: string): string {
  const attribute = (name: string) => unescaped(new RegExp(`(?:^| )${name}="([^"]*)"`).exec(attributes)?.[1] ?? "");
  return `${attribute("classname")}: ${attribute("name")}`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  quot: '"',
  "#10": "\n",
  "#13": "",
  "#09": "\t",
  amp: "&",
};

const unescaped = (text: string) => text.replace(/&(\w+|#\d+);/g, (whole, name: string) => ENTITIES[name] ?? whole);
