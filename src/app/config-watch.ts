/**
 * Notices that files of the configuration have changed, by looking at them: notifications miss what a mounted ConfigMap
 * or secret does, which swaps a link. What has changed must rest for one interval, so that nothing is read half written.
 */
import { stat } from 'node:fs/promises';
import { type FileStamps, NO_FILE, stampOf } from '../config/file-stamp.js';

/** How often it looks, in milliseconds: a change is noticed within two of these. */
const INTERVAL_MS = 1000;

export class ConfigWatch {
  readonly #changed: (files: readonly string[]) => void;
  readonly #intervalMs: number;
  #read: FileStamps = new Map();
  /** What was seen the last time, where that was not what was read. */
  #seen: FileStamps | null = null;
  #timer: NodeJS.Timeout | null = null;

  /** `changed` gets the names of the files; it is called again only after `follow`. */
  constructor(changed: (files: readonly string[]) => void, intervalMs = INTERVAL_MS) {
    this.#changed = changed;
    this.#intervalMs = intervalMs;
  }

  /** These files were read when they were like this: looks out for the next change. */
  follow(read: FileStamps): void {
    this.stop();
    this.#read = read;
    this.#seen = null;
    this.#wait();
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #wait(): void {
    this.#timer = setTimeout(() => void this.#look(this.#read), this.#intervalMs);
  }

  async #look(read: FileStamps): Promise<void> {
    const now = new Map(await Promise.all([...read.keys()].map(async (file) => [file, await stampNow(file)] as const)));
    if (this.#timer === null || this.#read !== read) return;
    const files = differing(read, now);
    const rests = this.#seen !== null && differing(this.#seen, now).length === 0;
    if (files.length > 0 && rests) {
      this.stop();
      return this.#changed(files.map((file) => Buffer.from(file, 'latin1').toString('utf8')));
    }
    this.#seen = files.length > 0 ? now : null;
    this.#wait();
  }
}

function differing(one: FileStamps, other: FileStamps): readonly string[] {
  return [...one.keys()].filter((file) => one.get(file) !== other.get(file));
}

async function stampNow(file: string): Promise<string> {
  try {
    return stampOf(await stat(Buffer.from(file, 'latin1'), { bigint: true }));
  } catch {
    return NO_FILE;
  }
}
