/** Events of one session that wait: behind the action in work, or for the next WaitEvent. Bounded in bytes. */

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

  /** All of them, in order; they are not held any more. */
  take(): readonly Buffer[] {
    const parts = this.#parts;
    this.#parts = [];
    this.#bytes = 0;
    return parts;
  }
}
