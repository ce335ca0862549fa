/** Files in a tar archive, such as an image's layer. */

/** POSIX.1, pax: header and content come in blocks of this size. */
const BLOCK = 512;

/** The content of `name` in the archive.
 *  @throws Error where there is no such file */
export function fileInTar(archive: Buffer, name: string): Buffer {
  const content = fileIfInTar(archive, name);
  if (content === undefined) throw new Error(`the last layer holds no ${name}`);
  return content;
}

/** The content of `name` in the archive, if it is there. */
export function fileIfInTar(archive: Buffer, name: string): Buffer | undefined {
  const field = (start: number, length: number): string =>
    archive
      .toString("latin1", start, start + length)
      .replace(/\0.*$/s, "")
      .trim();
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const size = Number.parseInt(field(at + 124, 12) || "0", 8);
    const content = at + BLOCK;
    if (field(at, 100).replace(/^\.?\//, "") === name) return archive.subarray(content, content + size);
    at = content + Math.ceil(size / BLOCK) * BLOCK;
  }
  return undefined;
}
