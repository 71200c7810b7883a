// Row 5: the gateway against a bare broadcast in Node, from an upstream that is never the bottleneck.
import { reader } from '../parts/accounts.mjs';
import { Crowd } from '../parts/crowd.mjs';
import { measureWhole, totalCpuMs } from '../parts/measure-fan-out.mjs';
import { startScriptedUpstream } from '../parts/origin.mjs';
import { alternate } from '../rounds.mjs';
import { rowOf } from '../row.mjs';
import { short } from '../statistics.mjs';

/** Events in one write of the upstream, about 4 KiB, as Asterisk's own buffers deliver them under load. */
const step = 20;

/** What may be under way for all sessions together, less than the kernel gives to TCP. */
const underWay = 1_000_000;
const mostAhead = 8000;

/**
 * @import { Context } from '../context.mjs'
 * @import { Measurement } from '../parts/measure-fan-out.mjs'
 * @typedef {'bare' | 'gateway'} Side
 */

/** @param {Context} context */
export async function benchBroadcast(context) {
  const rows = [];
  for (const sessions of [10, 100, 1000]) rows.push(...(await benchOne(context, sessions)));
  return rows;
}

/** @param {Context} context @param {number} sessions */
async function benchOne(context, sessions) {
  /** @type {readonly Side[]} */
  const sides = ['bare', 'gateway'];
  const rounds = await alternate(context.options.rounds, sides, (side) =>
    context.turn(() => measureTurn(context, sessions, side)),
  );
  const last = rounds.at(-1);
  const what = `fan-out from a scripted upstream, ${short(sessions)} sessions`;
  const against = 'a bare broadcast in Node';
  const shown = (/** @type {(measured: Measurement) => string} */ of) =>
    last === undefined ? '' : `${of(last.bare)} → ${of(last.gateway)}`;
  return [
    rowOf({
      what: `${what}: deliveries/s`,
      against,
      goal: '≥ 80 %',
      bound: { atLeast: 0.8 },
      values: rounds.map(({ bare, gateway }) => rate(gateway) / rate(bare)),
      format: (value) => `${short(value * 100)} %`,
      detail: shown((measured) => `${short(rate(measured))}/s`),
      rounds,
    }),
    rowOf({
      what: `${what}: deliveries per second of its own CPU`,
      against,
      goal: '–',
      bound: null,
      values: rounds.map(({ bare, gateway }) => cpuPerDelivery(bare) / cpuPerDelivery(gateway)),
      format: (value) => `${short(value * 100)} %`,
      detail: shown((measured) => `${short(cpuPerDelivery(measured) * 1000)} µs per delivery`),
      rounds: [],
    }),
  ];
}

/** @param {Context} context @param {number} sessions @param {Side} side @returns {Promise<Measurement>} */
async function measureTurn(context, sessions, side) {
  const origin = context.use(await startScriptedUpstream());
  const upstreamPort = origin.port;
  const profile = `broadcast-${sessions}`;
  const { port, pids } =
    side === 'bare' ? await startBare(context, upstreamPort) : await startOne(context, { upstreamPort, profile });
  const crowd = context.use(new Crowd());
  await crowd.open({ port, accounts: Array.from({ length: sessions }, () => reader) });
  const scene = { origin, crowd, pids };
  const ahead = Math.min(mostAhead, underWay / sessions);
  await measureWhole(scene, { flood: { seconds: 0.5, ahead, step } });
  const measured = await measureWhole(scene, { flood: { seconds: context.options.quick ? 1 : 4, ahead, step } });
  context.say(
    `  ${sessions} ${side}: ${short(rate(measured))}/s, CPU ${measured.cpuMs} ms in ${short(measured.seconds)} s`,
  );
  return measured;
}

/** @param {Context} context @param {number} upstreamPort */
async function startBare(context, upstreamPort) {
  /** @type {import('../parts/load-process.mjs').LoadProcess<import('../load/bare-broadcast.mjs').BroadcastCalls>} */
  const bare = context.load('bare-broadcast.mjs');
  return { port: await bare.call('start', { upstreamPort }), pids: [bare.pid] };
}

/** @param {Context} context @param {{ readonly upstreamPort: number, readonly profile: string }} wish */
async function startOne(context, wish) {
  const gateway = await context.gateway(wish);
  return { port: gateway.port, pids: [gateway.pid] };
}

/** @param {Measurement} measured */
function rate({ deliveries, seconds }) {
  return deliveries / seconds;
}

/** In milliseconds. @param {Measurement} measured */
function cpuPerDelivery(measured) {
  return totalCpuMs(measured) / measured.deliveries;
}
