// What every bench is given: the settings of the run, an Asterisk that is started when first asked for, and a place for
// everything that must end when the bench does.
import { startBenchAsterisk } from './parts/bench-asterisk.mjs';
import { startGateway } from './parts/gateway.mjs';
import { LoadProcess } from './parts/load-process.mjs';

/**
 * @import { Options } from './options.mjs'
 * @import { GatewayWish } from './parts/gateway.mjs'
 * @typedef {{ stop(): Promise<unknown> | unknown }} Stoppable
 * @typedef {Awaited<ReturnType<typeof startBenchAsterisk>>} BenchAsterisk
 */

export class Context {
  options;
  /** @type {Promise<BenchAsterisk> | null} */
  #asterisk = null;
  /** @type {Set<Stoppable>} */
  #running = new Set();

  /** @param {Options} options */
  constructor(options) {
    this.options = options;
  }

  /** @param {string} line */
  say(line) {
    process.stderr.write(`${line}\n`);
  }

  /** The one of this run. */
  asterisk() {
    this.#asterisk ??= startBenchAsterisk();
    return this.#asterisk;
  }

  /** A gateway of the build that is measured, with the default settings unless wished otherwise; profiled if the run is. @param {Omit<GatewayWish, 'main'>} wish */
  async gateway(wish) {
    const { main, profile } = this.options;
    return this.use(await startGateway({ main, ...wish, profile: profile ? (wish.profile ?? null) : null }));
  }

  /** @template {import('./load/serve-calls.mjs').Calls} Calls @param {string} file in load/ @returns {LoadProcess<Calls>} */
  load(file) {
    return this.use(/** @type {LoadProcess<Calls>} */ (new LoadProcess(file)));
  }

  /** Makes sure that it is stopped at the end of the turn. @template {Stoppable} Part @param {Part} part @returns {Part} */
  use(part) {
    this.#running.add(part);
    return part;
  }

  /** Stops all that was started for one turn, the last first. */
  async endTurn() {
    const parts = [...this.#running].reverse();
    this.#running.clear();
    for (const part of parts) await part.stop();
  }

  async stop() {
    await this.endTurn();
    const asterisk = await this.#asterisk?.catch(() => null);
    await asterisk?.stop();
  }

  /** A turn of a bench: whatever happens in it, what it started is stopped. @template Result @param {() => Promise<Result>} act */
  async turn(act) {
    try {
      return await act();
    } finally {
      await this.endTurn();
    }
  }
}
