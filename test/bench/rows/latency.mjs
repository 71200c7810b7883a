// Row 7: what the way through the gateway adds to an event's latency, beside what HAProxy adds.
import { reader } from '../parts/accounts.mjs';
import { Crowd } from '../parts/crowd.mjs';
import { findHaproxy, startHaproxy } from '../parts/haproxy.mjs';
import { measureWhole } from '../parts/measure-fan-out.mjs';
import { startSource } from '../parts/origin.mjs';
import { alternate } from '../rounds.mjs';
import { rowOf, unavailable, verdictOn } from '../row.mjs';
import { formatSummary, percentile, summarize } from '../statistics.mjs';

const perSecond = 200;
const mostTimes = 1.5;

/**
 * @import { Context } from '../context.mjs'
 * @typedef {'asterisk' | 'haproxy' | 'gateway'} Side
 * @typedef {{ readonly p50: number, readonly p99: number }} Latency  In milliseconds.
 */

/** @param {Context} context */
export async function benchLatency(context) {
  const haproxy = findHaproxy();
  /** @type {readonly Side[]} */
  const sides = haproxy === null ? ['asterisk', 'gateway'] : ['asterisk', 'haproxy', 'gateway'];
  const rounds = await alternate(context.options.rounds, sides, (side) =>
    context.turn(() => measureTurn(context, side, haproxy)),
  );
  const added = (/** @type {Side} */ side, /** @type {keyof Latency} */ of) =>
    rounds.map((round) => round[side][of] - round.asterisk[of]);
  const what = `latency added to an event at ${perSecond}/s`;
  const beside = { what: `${what}, p50`, against: 'HAProxy in TCP mode', goal: `≤ ${mostTimes}× its addition` };
  return [
    addedRow(`${what}, p50`, '≤ 0.05 ms', 0.05, added('gateway', 'p50'), rounds),
    addedRow(`${what}, p99`, '≤ 0.2 ms', 0.2, added('gateway', 'p99'), []),
    haproxy === null
      ? unavailable(beside, 'no haproxy on the PATH, and none could be installed')
      : besideHaproxy(beside, added('haproxy', 'p50'), added('gateway', 'p50')),
  ];
}

/** @param {string} what @param {string} goal @param {number} atMost @param {readonly number[]} values @param {readonly unknown[]} rounds @returns {import('../row.mjs').Row} */
function addedRow(what, goal, atMost, values, rounds) {
  const bound = { atMost };
  const row = rowOf({ what, against: 'Asterisk direct', goal, bound, values, format: milliseconds, rounds });
  // A way that is longer is not faster: then something else was in the way of the shorter one.
  return values.some((value) => value <= 0) ? { ...row, met: 'unsure' } : row;
}

/** Compares the medians of all rounds: what HAProxy adds is so little that one round may show less than nothing. @param {{ readonly what: string, readonly against: string, readonly goal: string }} row @param {readonly number[]} haproxy @param {readonly number[]} gateway @returns {import('../row.mjs').Row} */
function besideHaproxy(row, haproxy, gateway) {
  const [its, ours] = [summarize(haproxy), summarize(gateway)];
  const figure = `${milliseconds(ours.median)} beside ${formatSummary(its, milliseconds)}`;
  return { ...row, figure, met: verdictOn([ours.median <= its.median * mostTimes]), detail: '', rounds: [] };
}

/** @param {Context} context @param {Side} side @param {string | null} haproxy @returns {Promise<Latency>} */
async function measureTurn(context, side, haproxy) {
  const asterisk = await context.asterisk();
  const port = await openSide(context, side, haproxy, asterisk.port);
  const crowd = context.use(new Crowd());
  await crowd.open({ port, accounts: [reader], processes: 1, timed: true });
  const scene = { origin: context.use(await startSource(asterisk.port)), crowd, pids: [] };
  await measureWhole(scene, { pace: { seconds: 2, perSecond } });
  await measureWhole(scene, { pace: { seconds: context.options.quick ? 2 : 10, perSecond } });
  const latencies = await crowd.latencies();
  const latency = { p50: percentile(latencies, 0.5) / 1000, p99: percentile(latencies, 0.99) / 1000 };
  context.say(`  ${side}: p50 ${milliseconds(latency.p50)}, p99 ${milliseconds(latency.p99)}`);
  return latency;
}

/** The port to read at. @param {Context} context @param {Side} side @param {string | null} haproxy @param {number} asteriskPort */
async function openSide(context, side, haproxy, asteriskPort) {
  if (side === 'gateway') return (await context.gateway({ upstreamPort: asteriskPort })).port;
  if (side === 'haproxy' && haproxy !== null) return context.use(await startHaproxy(haproxy, asteriskPort)).port;
  return asteriskPort;
}

/** @param {number} value */
function milliseconds(value) {
  return `${value.toFixed(3)} ms`;
}
