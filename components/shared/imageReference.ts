/** How images are named. In: text of the config. Out: schemas that take it as the Docker engine would.
 *  Source: distribution/reference, "Grammar". */
import { z } from "zod";

const COMPONENT = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const HOST = "(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*";
const NAME = `(?:(?:${HOST}|\\[[0-9a-fA-F:]+\\])(?::(?<port>\\d{1,5}))?/)?${COMPONENT}(?:/${COMPONENT})*`;
const REPOSITORY = new RegExp(`^${NAME}$`);
/** A registry alone is a place for repositories, too. */
const PLACE = new RegExp(`^(?:${NAME}|(?:${HOST}|\\[[0-9a-fA-F:]+\\])(?::(?<onlyPort>\\d{1,5}))?)$`);
const REFERENCE = new RegExp(
  `^(?<name>${NAME})(?::\\w[\\w.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?$`,
);
const MOST_CHARACTERS = 255;

/** `host[:port]/path` of one repository, without a tag. */
export const imageRepository = matching(
  REPOSITORY,
  MOST_CHARACTERS,
  "must be the name of a repository, without tag",
  "write it such as registry.example.com/nvidia/tritonserver: lower case, no https:// before and no tag behind",
);

/** `host[:port][/path]` under which repositories are made, whose own names take up to `room` characters. */
export const repositoriesPlace = (room: number) =>
  matching(
    PLACE,
    MOST_CHARACTERS - room,
    "must be host[:port]/path, without tag",
    "write it such as registry.example.com/triton: lower case, no https:// before and no tag behind",
  );

/** A repository, with tag or digest or both, or with neither. */
export const imageReference = matching(
  REFERENCE,
  undefined,
  "must be the reference of an image",
  "write it such as registry.example.com/python:3.11: lower case but for the tag, no https:// before",
);

function matching(pattern: RegExp, most: number | undefined, because: string, remedy: string) {
  return z
    .string()
    .superRefine((text, context) => {
      const found = pattern.exec(text)?.groups;
      const [port, name] = [found?.port ?? found?.onlyPort, found?.name ?? text];
      const longest = most ?? MOST_CHARACTERS;
      const message =
        found === undefined
          ? because
          : Number(port ?? 1) > 65535 || Number(port ?? 1) === 0
            ? "has a port that is none"
            : name.length > longest
              ? `is longer than the ${longest} characters that there are for it`
              : undefined;
      if (message !== undefined) context.addIssue({ code: "custom", message });
    })
    .meta({ remedy });
}
