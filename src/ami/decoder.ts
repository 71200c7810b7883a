/**
 * Asterisk's bytes to blocks, on the event stream: the hot path.
 *
 * A block ends at CR LF CR LF. An event is a block whose first line is `Event: …` and whose second is `Privilege: …`
 * with its classes; only these two lines are read, so a header that fakes `Privilege:` further down means nothing.
 */
import { type ClassSet, decodePrivilege } from './privilege.js';

/** A broadcast event as it came, without a copy: `bytes` is a slice of the buffer that all events of one push share. */
export interface AmiEvent {
  readonly name: string;
  /** `null` when a label is unknown to us: only who holds every class may see it. */
  readonly classes: ClassSet | null;
  readonly start: number;
  readonly end: number;
}

/** What one push completed: events as offsets into `buffer`, and the other blocks (answers to our own actions) in order. */
export interface UpstreamBatch {
  readonly buffer: Buffer;
  readonly blocks: readonly UpstreamBlock[];
}

export type UpstreamBlock =
  | { readonly kind: 'event'; readonly event: AmiEvent }
  | { readonly kind: 'other'; readonly text: string };

interface EventHead {
  readonly name: string;
  readonly classes: ClassSet | null;
}

const BLOCK_END = Buffer.from('\r\n\r\n', 'latin1');
const EVENT = Buffer.from('Event: ', 'latin1');
const LF = 10;
const CR = 13;
/** Heads are few (one per event name); the bound only stops a broken upstream from filling memory. */
const MAX_REMEMBERED_HEADS = 4096;

export class UpstreamDecoder {
  #tail: Buffer = Buffer.alloc(0);
  /** How far the tail was searched for its end, so that a large block is not searched again with every chunk. */
  #searched = 0;
  readonly #heads = new Map<string, EventHead | null>();

  /** Bytes of the block that has begun: the caller's measure for giving up on a broken upstream. */
  get pendingBytes(): number {
    return this.#tail.length;
  }

  /** Takes a chunk and returns every block that is complete now. */
  push(chunk: Buffer): UpstreamBatch {
    const buffer = this.#tail.length === 0 ? chunk : Buffer.concat([this.#tail, chunk]);
    const blocks: UpstreamBlock[] = [];
    let start = afterEmptyLines(buffer, 0);
    let from = Math.max(this.#searched, start);
    for (;;) {
      const found = buffer.indexOf(BLOCK_END, from);
      if (found < 0) break;
      // Some events of Asterisk end with one empty line more; it must not become the first line of the next.
      const end = afterEmptyLines(buffer, found + BLOCK_END.length);
      blocks.push(this.#decodeBlock(buffer, start, end));
      start = end;
      from = end;
    }
    this.#tail = start === 0 ? buffer : buffer.subarray(start);
    this.#searched = Math.max(0, this.#tail.length - BLOCK_END.length + 1);
    return { buffer, blocks };
  }

  #decodeBlock(buffer: Buffer, start: number, end: number): UpstreamBlock {
    const head = this.#decodeHead(buffer, start);
    if (head === null) return { kind: 'other', text: buffer.toString('latin1', start, end) };
    return { kind: 'event', event: { name: head.name, classes: head.classes, start, end } };
  }

  #decodeHead(buffer: Buffer, start: number): EventHead | null {
    if (!startsEvent(buffer, start)) return null;
    const firstEnd = buffer.indexOf(LF, start);
    const secondEnd = buffer.indexOf(LF, firstEnd + 1);
    const text = buffer.toString('latin1', start, secondEnd);
    const remembered = this.#heads.get(text);
    if (remembered !== undefined) return remembered;
    const head = decodeEventHead(text);
    if (this.#heads.size < MAX_REMEMBERED_HEADS) this.#heads.set(text, head);
    return head;
  }
}

function afterEmptyLines(buffer: Buffer, from: number): number {
  let start = from;
  while (buffer[start] === CR && buffer[start + 1] === LF) start += 2;
  return start;
}

function startsEvent(buffer: Buffer, start: number): boolean {
  for (let i = 0; i < EVENT.length; i++) if (buffer[start + i] !== EVENT[i]) return false;
  return true;
}

function decodeEventHead(text: string): EventHead | null {
  const parts = /^Event: ([^\r\n]*)\r\nPrivilege: ([^\r\n]*)\r$/.exec(text);
  if (parts === null) return null;
  const [, name = '', privilege = ''] = parts;
  return { name, classes: decodePrivilege(privilege) };
}
