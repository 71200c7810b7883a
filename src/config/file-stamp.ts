/** What tells that a file has changed, without reading it. */

/** Of Node's BigIntStats. */
export interface FileStats {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

/** By name: what each file was like when it was read; those that were missing are in it, too. */
export type FileStamps = ReadonlyMap<string, string>;

/** A file that is not there, or cannot be looked at. */
export const NO_FILE = 'none';

export function stampOf({ dev, ino, size, mtimeNs, ctimeNs }: FileStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
}
