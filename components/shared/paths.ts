/** Where an option stands, and words that name options. A folder knows its options by their keys alone; where the user wrote
 *  them is known to who read the config. So both stay lists, and become text only where they are printed. */

/** Keys from the outermost in. The first is printed as it stands. */
export type Path = readonly PropertyKey[];

/** Words; a list among them is the path of an option. */
export type Text = string | readonly (string | Path)[];

/** Another path for the same option: the args of a service → what the user wrote. */
export type Locate = (path: Path) => Path;

/** Words with paths in them: text`set ${["server"]} to { ngc: {} }`. */
export function text(strings: TemplateStringsArray, ...parts: readonly (string | number | Path)[]): Text {
  return strings.flatMap((words, index): (string | Path)[] => {
    const part = parts[index];
    return part === undefined ? [words] : [words, typeof part === "number" ? String(part) : part];
  });
}

/** The same words, each path in them where the user wrote it. */
export const locateText = (words: Text, locate: Locate): Text =>
  typeof words === "string" ? words : words.map((part) => (typeof part === "string" ? part : locate(part)));

/** The words as a person reads them. */
export const printText = (words: Text): string =>
  typeof words === "string" ? words : words.map((part) => (typeof part === "string" ? part : pathText(part))).join("");

/** A path as `pulumi config set --path` takes it. */
export function pathText([root = "", ...path]: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return /^[\w-]+$/.test(String(key)) ? `${text}.${String(key)}` : `${text}[${JSON.stringify(String(key))}]`;
  }, String(root));
}
