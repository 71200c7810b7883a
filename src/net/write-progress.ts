/**
 * Watches what waits in a socket: ends a client for which no byte leaves during a whole writetimeout, as Asterisk does.
 * Node tells only when everything has left, where a slow client that reads steadily may never get; and its own socket
 * timeout counts what the client sends as life, with which one that never reads could stay.
 */
import type { Socket } from 'node:net';

/** Looks in one timeout; the client is ended between one timeout and one look later. A loop that was late is one look. */
const LOOKS = 4;

export class WriteProgress {
  readonly #socket: Socket;
  readonly #stalled: () => void;
  #limitMs: number | null = null;
  #timer: NodeJS.Timeout | null = null;
  #seen = '';
  #looksWithout = 0;

  constructor(socket: Socket, stalled: () => void) {
    this.#socket = socket;
    this.#stalled = stalled;
  }

  limit(limitMs: number): void {
    this.#limitMs = limitMs;
    this.watch();
  }

  /** Something was written. Costs nothing while the kernel takes all of it. */
  watch(): void {
    if (this.#timer !== null || this.#limitMs === null || this.#socket.writableLength === 0) return;
    this.#seen = this.#progress();
    this.#looksWithout = 0;
    this.#timer = setTimeout(() => this.#look(), this.#limitMs / LOOKS);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#limitMs = null;
  }

  #look(): void {
    this.#timer = null;
    if (this.#socket.writableLength === 0 || this.#limitMs === null) return;
    const progress = this.#progress();
    this.#looksWithout = progress === this.#seen ? this.#looksWithout + 1 : 0;
    this.#seen = progress;
    if (this.#looksWithout === LOOKS) return this.#stalled();
    this.#timer = setTimeout(() => this.#look(), this.#limitMs / LOOKS);
  }

  /** Changes when bytes leave, and only then: bytes whose write is over, and how many of the write under way wait. */
  #progress(): string {
    return `${this.#socket.bytesWritten - this.#socket.writableLength} ${kernelBacklogOf(this.#socket)}`;
  }
}

/**
 * Bytes of the write under way that the kernel has not taken. Node counts them for its own timeout and has no public
 * name for them; without them, only whole writes would count as progress.
 */
function kernelBacklogOf(socket: Socket): number {
  const handle: unknown = Reflect.get(socket, '_handle');
  if (typeof handle !== 'object' || handle === null || !('writeQueueSize' in handle)) return 0;
  return typeof handle.writeQueueSize === 'number' ? handle.writeQueueSize : 0;
}
