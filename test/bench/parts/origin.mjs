// Where events come from: the real Asterisk, made to send them by a client of its own, or a script that plays it.
import { source } from './accounts.mjs';
import { LoadProcess } from './load-process.mjs';

/**
 * @import { Flood, Pace } from '../load/pacing.mjs'
 * @typedef {LoadProcess<import('../load/source.mjs').SourceCalls>} SourceProcess
 * @typedef {LoadProcess<import('../load/scripted-upstream.mjs').UpstreamCalls>} UpstreamProcess
 * @typedef {{
 *   nextSeq(): Promise<number>, flood(flood: Flood): Promise<number>, pace(pace: Pace): Promise<number>,
 *   progress(events: number): Promise<void>, stop(): Promise<void>
 * }} Origin  `flood` and `pace` resolve with the number of events they sent.
 */

/** UserEvents by way of the Asterisk at this port. @param {number} port @returns {Promise<Origin>} */
export async function startSource(port) {
  /** @type {SourceProcess} */
  const load = new LoadProcess('source.mjs');
  await load.call('connect', { port, ...source });
  return {
    nextSeq: () => load.call('nextSeq', undefined),
    flood: (flood) => load.call('flood', flood),
    pace: (pace) => load.call('pace', pace),
    progress: (events) => load.call('progress', { events }),
    stop: () => load.stop(),
  };
}

/** The same events from a script, to whoever logs in at its port. */
export async function startScriptedUpstream() {
  /** @type {UpstreamProcess} */
  const load = new LoadProcess('scripted-upstream.mjs');
  /** @type {Origin} */
  const origin = {
    nextSeq: () => load.call('nextSeq', undefined),
    flood: (flood) => load.call('flood', flood),
    pace: (pace) => load.call('pace', pace),
    progress: (events) => load.call('progress', { events }),
    stop: () => load.stop(),
  };
  const port = await load.call('listen', undefined);
  /** @param {string} text */
  const say = (text) => load.call('say', { text });
  return { ...origin, port, say };
}
