// A load generator in a process of its own, called as if it were an object here.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/**
 * @import { ChildProcess } from 'node:child_process'
 * @typedef {{ readonly id: number, readonly value?: unknown, readonly failure?: string }} Answer
 * @typedef {{ readonly news: string, readonly value: number }} News
 * @typedef {{ readonly resolve: (value: never) => void, readonly reject: (error: Error) => void }} Asker
 */

/** Longer than any measurement: what is not answered by then, such as a flood whose reader was cut off, never is. */
const callTimeoutMs = 180_000;

/** @template {import('../load/serve-calls.mjs').Calls} Calls */
export class LoadProcess {
  /** @type {ChildProcess} */
  #child;
  /** @type {Map<number, Asker>} */
  #askers = new Map();
  /** @type {Map<string, (value: number) => void>} */
  #listeners = new Map();
  #lastId = 0;

  /** @param {string} file in load/ */
  constructor(file) {
    const path = fileURLToPath(new URL(`../load/${file}`, import.meta.url));
    this.#child = fork(path, { serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#child.on('message', (/** @type {Answer | News} */ message) => this.#receive(message));
    this.#child.on('exit', (code, signal) => this.#fail(new Error(`${file} ended: ${signal ?? code}`)));
  }

  get pid() {
    return this.#child.pid ?? 0;
  }

  /**
   * @template {keyof Calls} Name
   * @param {Name} name @param {Parameters<Calls[Name]>[0]} argument
   * @returns {Promise<Awaited<ReturnType<Calls[Name]>>>}
   */
  call(name, argument) {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const expired = () => this.#expire(id, String(name));
      const deadline = setTimeout(expired, callTimeoutMs).unref();
      const settled = () => clearTimeout(deadline);
      this.#askers.set(id, {
        resolve: (value) => {
          settled();
          resolve(value);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      });
      this.#child.send({ id, name, argument });
    });
  }

  /** Listens to what the process announces; one listener for each kind. @param {string} news @param {(value: number) => void} listener */
  on(news, listener) {
    this.#listeners.set(news, listener);
  }

  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#askers.clear();
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  /** @param {Answer | News} message */
  #receive(message) {
    if ('news' in message) {
      this.#listeners.get(message.news)?.(message.value);
      return;
    }
    const asker = this.#askers.get(message.id);
    this.#askers.delete(message.id);
    if (message.failure === undefined) asker?.resolve(/** @type {never} */ (message.value));
    else asker?.reject(new Error(message.failure));
  }

  /** @param {number} id @param {string} name */
  #expire(id, name) {
    const asker = this.#askers.get(id);
    this.#askers.delete(id);
    asker?.reject(new Error(`${name} was not answered in ${callTimeoutMs / 1000} s`));
  }

  /** @param {Error} error */
  #fail(error) {
    for (const asker of this.#askers.values()) asker.reject(error);
    this.#askers.clear();
  }
}
