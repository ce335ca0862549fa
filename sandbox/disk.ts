/** Room on the disk, asked before it is needed: a disk that fills up half an hour later breaks whatever writes next, etcd first,
 *  and nothing that is said then names the reason. In: a folder. Out: bytes, or an error. */
import { mkdirSync, statfsSync } from "node:fs";
import { isCold } from "./cache";

const GB = 1e9;

/** What a cold start writes: the modules and the compile cache of Go, an environment with PyTorch, and images in the engine, the
 *  registry and the node. */
const COLD_GIGABYTES = 20;
/** What a warm one may: a few images of a model. */
const WARM_GIGABYTES = 3;
/** Go's compile cache is worth its 11 GB only where they are not missed: some 20 of images are still to come. */
const CACHE_GIGABYTES = 35;

/** Free on the disk of `folder`, for anyone; makes the folder. */
export function freeGigabytes(folder: string): number {
  mkdirSync(folder, { recursive: true });
  const { bavail, bsize } = statfsSync(folder);
  return (bavail * bsize) / GB;
}

/** Throws unless the disk of the cache folder has this much free. */
export function requireRoom(cache: string, needed: number, free = freeGigabytes(cache)): void {
  if (free >= needed) return;
  throw new Error(
    `The disk of ${cache} has ${free.toFixed(1)} GB free, and ${needed} are needed.\n` +
      "Make room, or set TRITON_BERT_CACHE to a folder on a larger disk.",
  );
}

/** Throws unless a start can build what is missing. */
export const requireRoomToBuild = (cache: string): void =>
  requireRoom(cache, isCold(cache) ? COLD_GIGABYTES : WARM_GIGABYTES);

/** Whether a compile cache may stay. */
export const hasRoomForCaches = (cache: string): boolean => freeGigabytes(cache) >= CACHE_GIGABYTES;
