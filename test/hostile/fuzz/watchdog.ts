/**
 * Ends the process when one input takes too long, and tells which: a thread of its own, for the one that hangs cannot.
 *
 *     before each input: its bytes and a count into shared memory ──► the thread sees a count that stands still
 */
import { Worker } from 'node:worker_threads';

const HEAD_BYTES = 8;
const LONGEST_INPUT = 64 * 1024;

/** Plain JavaScript, because a worker takes no other. A process that hangs can only be killed. */
const THREAD = `
const { workerData } = require('node:worker_threads');
const { writeSync } = require('node:fs');
const { memory, headBytes, deadlineMs, pid } = workerData;
const head = new Int32Array(memory, 0, 2);
let [last, since] = [-1, Date.now()];
setInterval(() => {
  const count = Atomics.load(head, 0);
  if (count !== last || count % 2 === 0) { last = count; since = Date.now(); return; }
  if (Date.now() - since < deadlineMs) return;
  const input = Buffer.from(new Uint8Array(memory, headBytes, head[1])).toString('latin1');
  writeSync(2, 'HANGS on the input ' + JSON.stringify(input) + '\\n');
  process.kill(pid, 'SIGKILL');
}, 250).unref();
`;

export class Watchdog {
  readonly #memory = new SharedArrayBuffer(HEAD_BYTES + LONGEST_INPUT);
  readonly #head = new Int32Array(this.#memory, 0, 2);
  readonly #input = Buffer.from(this.#memory, HEAD_BYTES);
  readonly #thread: Worker;

  constructor(deadlineMs: number) {
    const workerData = { memory: this.#memory, headBytes: HEAD_BYTES, deadlineMs, pid: process.pid };
    this.#thread = new Worker(THREAD, { eval: true, workerData });
    this.#thread.unref();
  }

  /** The clock runs from here to `done`. */
  begin(input: string): void {
    this.#head[1] = this.#input.write(input, 'latin1');
    Atomics.add(this.#head, 0, 1);
  }

  done(): void {
    Atomics.add(this.#head, 0, 1);
  }

  async stop(): Promise<void> {
    await this.#thread.terminate();
  }
}
