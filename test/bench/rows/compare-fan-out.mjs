// The same fan-out by Asterisk alone and by Asterisk with the gateway: at full speed and at two steady rates.
import { Crowd } from '../parts/crowd.mjs';
import { measureWhole, totalCpuMs } from '../parts/measure-fan-out.mjs';
import { startSource } from '../parts/origin.mjs';
import { alternate } from '../rounds.mjs';
import { rowOf } from '../row.mjs';
import { short } from '../statistics.mjs';

/** So many events may be under way: enough to keep everybody busy, little enough for every buffer. */
const ahead = 2000;
const step = 20;

/**
 * @import { Context } from '../context.mjs'
 * @import { Measurement, Scene } from '../parts/measure-fan-out.mjs'
 * @typedef {'asterisk' | 'gateway'} Side
 * @typedef {{ readonly full: Measurement, readonly slow: Measurement, readonly fast: Measurement }} Turn
 * @typedef {{
 *   readonly what: string, readonly accounts: readonly import('../load/reader-session.mjs').Account[],
 *   readonly share: number, readonly profile: string
 * }} Comparison
 */

/** @param {Context} context @param {Comparison} comparison */
export async function compareFanOut(context, comparison) {
  /** @type {readonly Side[]} */
  const sides = ['asterisk', 'gateway'];
  const rounds = await alternate(context.options.rounds, sides, (side) =>
    context.turn(() => measureTurn(context, comparison, side)),
  );
  const ratios = (/** @type {(turn: Turn) => number} */ of) =>
    rounds.map((each) => of(each.gateway) / of(each.asterisk));
  const { what } = comparison;
  const against = 'Asterisk alone';
  const cheaper = (/** @type {keyof Turn} */ load, /** @type {number} */ part) => ({
    against,
    goal: `≤ 1/${part} of the CPU`,
    bound: { atMost: 1 / part },
    values: ratios((turn) => cpuPerDelivery(turn[load])),
    format: asFraction,
    detail: describe(rounds.at(-1), (turn) => `${short(cpuPerDelivery(turn[load]) * 1000)} µs per delivery`),
    rounds,
  });
  return [
    rowOf({ what: `${what}, full speed: CPU per delivery`, ...cheaper('full', 40) }),
    rowOf({
      what: `${what}, full speed: deliveries/s`,
      against,
      goal: '≥ 20×',
      bound: { atLeast: 20 },
      values: ratios((turn) => rate(turn.full)),
      format: (value) => `${short(value)}×`,
      detail: describe(rounds.at(-1), (turn) => `${short(rate(turn.full))}/s`),
      rounds: [],
    }),
    rowOf({ what: `${what}, 500 events/s: CPU`, ...cheaper('slow', 5), rounds: [] }),
    rowOf({ what: `${what}, 2,000 events/s: CPU`, ...cheaper('fast', 10), rounds: [] }),
  ];
}

/** @param {Context} context @param {Comparison} comparison @param {Side} side @returns {Promise<Turn>} */
async function measureTurn(context, comparison, side) {
  const { quick } = context.options;
  const scene = await setScene(context, comparison, side);
  const seconds = quick ? 1 : 3;
  await measureWhole(scene, { flood: { seconds: 0.5, ahead, step } });
  const full = await measureWhole(scene, { flood: { seconds, ahead, step } });
  const slow = await measureWhole(scene, { pace: { seconds, perSecond: 500 } });
  const fast = await measureWhole(scene, { pace: { seconds, perSecond: 2000 } });
  context.say(
    `  ${side}: ${[full, slow, fast].map((m) => `${short(rate(m))}/s ${short(cpuPerDelivery(m) * 1000)} µs`)}`,
  );
  return { full, slow, fast };
}

/** @param {Context} context @param {Comparison} comparison @param {Side} side @returns {Promise<Scene>} */
async function setScene(context, { accounts, share, profile }, side) {
  const asterisk = await context.asterisk();
  const gateway = side === 'gateway' ? await context.gateway({ upstreamPort: asterisk.port, profile }) : null;
  const crowd = context.use(new Crowd());
  await crowd.open({ port: gateway?.port ?? asterisk.port, accounts });
  const origin = context.use(await startSource(asterisk.port));
  const pids = gateway === null ? [asterisk.pid] : [asterisk.pid, gateway.pid];
  return { origin, crowd, pids, share };
}

/** In milliseconds. @param {Measurement} measured */
function cpuPerDelivery(measured) {
  return totalCpuMs(measured) / measured.deliveries;
}

/** @param {Measurement} measured */
function rate({ deliveries, seconds }) {
  return deliveries / seconds;
}

/** @param {number} ratio */
function asFraction(ratio) {
  return ratio === 0 ? '0' : `1/${short(1 / ratio)}`;
}

/** @param {Record<Side, Turn> | undefined} round @param {(turn: Turn) => string} of */
function describe(round, of) {
  return round === undefined ? '' : `${of(round.asterisk)} → ${of(round.gateway)}`;
}
