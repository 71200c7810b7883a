/** Events of one session that wait: behind the action in work, or for the next WaitEvent. Bounded in bytes. */
import { UpstreamDecoder } from '../ami/decoder.js';
import { type EventView, wantsEvent } from '../policy/wants-event.js';

export interface HeldEventsSettings {
  readonly maxBytes: number;
  /** `short`: a moment, as the buffers they came in; `long`: so long that a small part must not keep alive its chunk. */
  readonly wait: 'short' | 'long';
}

export class HeldEvents {
  readonly #settings: HeldEventsSettings;
  #parts: Buffer[] = [];
  #bytes = 0;

  constructor(settings: HeldEventsSettings) {
    this.#settings = settings;
  }

  get isEmpty(): boolean {
    return this.#parts.length === 0;
  }

  /** True once more waits than may. */
  get isOverfull(): boolean {
    return this.#bytes > this.#settings.maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  push(bytes: Buffer): void {
    const isSmallPart = this.#settings.wait === 'long' && bytes.length * 2 < bytes.buffer.byteLength;
    this.#parts.push(isSmallPart ? Buffer.from(bytes) : bytes);
    this.#bytes += bytes.length;
  }

  /** Keeps only those that the view wants: the session may see less than when they came. */
  narrow(view: EventView): void {
    for (const bytes of this.take()) for (const event of wantedIn(bytes, view)) this.push(event);
  }

  /** All of them, in order; they are not held any more. */
  take(): readonly Buffer[] {
    const parts = this.#parts;
    this.#parts = [];
    this.#bytes = 0;
    return parts;
  }
}

/** The events in it that the view wants, in order; all together where it wants them all. */
function wantedIn(bytes: Buffer, view: EventView): readonly Buffer[] {
  const { buffer, blocks } = new UpstreamDecoder().push(bytes);
  const wanted = blocks.flatMap((block) => {
    if (block.kind !== 'event') return [];
    const { name, classes, start, end } = block.event;
    const text = buffer.toString('latin1', start, end);
    return wantsEvent(view, { name, classes, text }) ? [buffer.subarray(start, end)] : [];
  });
  return wanted.length === blocks.length ? [bytes] : wanted;
}
