// One measurement of a fan-out: events leave at their origin, and it is over when the last session has the last one.
import { eventBytes } from '../load/event-text.mjs';
import { cpuMs } from './process-cost.mjs';

const followMs = 5;
const arrivalTimeoutMs = 120_000;

/**
 * @import { Origin } from './origin.mjs'
 * @import { Crowd } from './crowd.mjs'
 * @import { Flood, Pace } from '../load/pacing.mjs'
 * @typedef {{ readonly flood: Flood } | { readonly pace: Pace }} Load
 * @typedef {{
 *   readonly origin: Origin, readonly crowd: Crowd, readonly pids: readonly number[], readonly share?: number,
 *   readonly cpuOf?: (pid: number) => number
 * }} Scene  `share` is the part of all events that each session is sent; `pids` are those whose CPU counts.
 * @typedef {{
 *   readonly events: number, readonly deliveries: number, readonly seconds: number, readonly cpuMs: readonly number[],
 *   readonly outcome: import('../load/readers.mjs').Outcome
 * }} Measurement
 */

/** @param {Scene} scene @param {Load} load @returns {Promise<Measurement>} */
export async function measureFanOut(scene, load) {
  const { origin, crowd, pids, share = 1, cpuOf = cpuMs } = scene;
  await crowd.arm(share === 1 ? await origin.nextSeq() : null);
  const follow = setInterval(() => void origin.progress(crowd.arrived / share).catch(ignore), followMs);
  const before = pids.map(cpuOf);
  const startMs = performance.now();
  const events = await ('flood' in load ? origin.flood(load.flood) : origin.pace(load.pace));
  const wanted = Math.round(events * share);
  const outcome = await crowd.reached(wanted * eventBytes, arrivalTimeoutMs);
  const seconds = (performance.now() - startMs) / 1000;
  const spent = pids.map((pid, index) => cpuOf(pid) - (before[index] ?? 0));
  clearInterval(follow);
  return { events, deliveries: wanted * crowd.size, seconds, cpuMs: spent, outcome };
}

/** The same, where any loss or disorder is a fault of the bench or of what it measures. @param {Scene} scene @param {Load} load */
export async function measureWhole(scene, load) {
  const measured = await measureFanOut(scene, load);
  const { closed, disorders, missing, surplus } = measured.outcome;
  if (closed + disorders + missing + surplus > 0) throw new Error(`not all arrived: ${JSON.stringify(measured)}`);
  return measured;
}

/** @param {Measurement} measured */
export function totalCpuMs(measured) {
  return measured.cpuMs.reduce((sum, ms) => sum + ms, 0);
}

/** The answer is of no interest, and neither is its absence at the very end. */
function ignore() {}
