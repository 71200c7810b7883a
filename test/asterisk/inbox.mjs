// What one end of a connection has received and not read yet, as latin-1 text, and the waiting for more of it.
import { EventEmitter, once } from 'node:events';

/** As much of the end of the unread text as a failure shows. */
const shownBytes = 4000;

/** @typedef {{ readonly start: number, readonly end: number }} Span */

export class Inbox {
  unread = '';
  /**
   * How the connection ended, empty for an orderly end; null while it has not.
   * @type {string | null}
   */
  ended = null;
  /** @type {Buffer[]} */
  #chunks = [];
  #changes = new EventEmitter().setMaxListeners(0);

  /** Everything ever received. */
  get received() {
    return Buffer.concat(this.#chunks);
  }

  /** @param {Buffer} chunk */
  receive(chunk) {
    this.#chunks.push(chunk);
    this.unread += chunk.toString('latin1');
    this.#changes.emit('change');
  }

  /** @param {string} how */
  end(how) {
    this.ended ??= how;
    this.#changes.emit('change');
  }

  /**
   * Waits until a part can be found in the unread text and takes it out; what is around it stays unread. Fails when
   * time or the connection ends before that.
   * @param {(unread: string) => Span | null} find @param {number} timeoutMs @param {string} what
   */
  read(find, timeoutMs, what) {
    // Found and taken in one go, so that readers side by side do not take from under each other.
    return this.#wait(timeoutMs, what, () => {
      const found = find(this.unread);
      if (found !== null) return this.#take(found);
      if (this.ended !== null) throw this.#failure('the connection ended', what);
      return null;
    });
  }

  /** Reads all that comes until the connection ends. @param {number} timeoutMs */
  readToEnd(timeoutMs) {
    const everything = () => this.#take({ start: 0, end: this.unread.length });
    return this.#wait(timeoutMs, 'an end of the connection', () => (this.ended === null ? null : everything()));
  }

  /** @param {Span} span */
  #take({ start, end }) {
    const taken = this.unread.slice(start, end);
    this.unread = this.unread.slice(0, start) + this.unread.slice(end);
    return taken;
  }

  /** @param {number} timeoutMs @param {string} what @param {() => string | null} ask */
  async #wait(timeoutMs, what, ask) {
    const deadline = AbortSignal.timeout(timeoutMs);
    for (;;) {
      const answer = ask();
      if (answer !== null) return answer;
      await once(this.#changes, 'change', { signal: deadline }).catch(() => {
        throw this.#failure(`${timeoutMs} ms went by`, what);
      });
    }
  }

  /** @param {string} problem @param {string} what */
  #failure(problem, what) {
    const how = this.ended ? ` (${this.ended})` : '';
    return new Error(
      `${problem}${how} without ${what}; unread so far: ${JSON.stringify(this.unread.slice(-shownBytes))}`,
    );
  }
}
