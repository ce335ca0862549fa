/** What a storage is: a place that models and tokenizers come from. In: its fields in a stack's config. Out: what the build needs of
 *  them, which is the fields of spec.json (read by images/model/src/bert_exporter/fetch/<storage>.py), the files to put into the
 *  context, and the name of the secret to fetch with. */
import type { z } from "zod";
import type { Path } from "../../shared/paths";
import type { Problem } from "../../shared/problems";
import type { ContextFiles } from "../contextFiles";

export type SourceRole = "model" | "tokenizer";

/** A source, ready for the build. */
export interface Source {
  /** What spec.json says of it. */
  readonly spec: Readonly<Record<string, unknown>>;
  readonly files: ContextFiles;
  /** The name in `credentials` of the secret to fetch with. */
  readonly credential?: string | undefined;
  /** For people: the pod annotations. */
  readonly described: string;
  /** Bytes of the weights; undefined where only the build will know. */
  readonly modelBytes?: number;
}

/** What a storage may know besides its own fields. */
export interface SourceSite {
  readonly role: SourceRole;
  readonly projectFolder: string;
  readonly hubEndpoint?: string | undefined;
}

export type Found = { readonly source: Source; readonly problems: Problem[] };

export interface Storage<Options extends z.ZodType = z.ZodType> {
  readonly options: Options;
  /** What is wrong with fields that are each right; nothing is read for it. `at`: where they stand, `role` first. */
  problems?(fields: z.output<Options>, role: SourceRole, at: Path): Problem[];
  /** Reads what there is to read on this machine. */
  prepare(fields: z.output<Options>, site: SourceSite): Found;
}

/** A storage whose `prepare` takes what its options give. */
export const storage = <Options extends z.ZodType>(parts: Storage<Options>): Storage<Options> => parts;

/** What is known of a source that could not be read. */
export const UNREAD: Source = { spec: {}, files: new Map(), described: "" };
