// Row 12: a client that never reads, among 99 that do: what it does to them, and to the gateway's memory.
import { eventBytes } from '../load/event-text.mjs';
import { reader } from '../parts/accounts.mjs';
import { Crowd } from '../parts/crowd.mjs';
import { measureWhole } from '../parts/measure-fan-out.mjs';
import { startScriptedUpstream } from '../parts/origin.mjs';
import { residentBytes } from '../parts/process-cost.mjs';
import { alternate } from '../rounds.mjs';
import { rowOf } from '../row.mjs';
import { short } from '../statistics.mjs';

const readers = 99;
const mib = 1 << 20;
const enough = 64 * mib;
const flood = { ahead: 2000, step: 20 };
/** The gateway's default bound for one client, max_queue_bytes. */
const boundMiB = 8;
/** What is not collected yet counts, too. */
const uncollected = 2;
const slowConsumers = 'ami_gateway_sessions_closed_total{reason="slow-consumer"}';

/**
 * @import { Context } from '../context.mjs'
 * @typedef {'without' | 'with'} Side
 */

/** @param {Context} context */
export async function benchSlowConsumer(context) {
  /** @type {readonly Side[]} */
  const sides = ['without', 'with'];
  const rounds = await alternate(context.options.rounds, sides, (side) =>
    context.turn(() => measureTurn(context, side)),
  );
  const last = rounds.at(-1);
  const what = `one client that never reads among ${readers + 1}`;
  const against = 'the same without it';
  return [
    rowOf({
      what: `${what}: rate of the others at full speed`,
      against,
      goal: '≥ 95 %',
      bound: { atLeast: 0.95 },
      values: rounds.map((round) => round.with.rate / round.without.rate),
      format: (value) => `${short(value * 100)} %`,
      detail:
        last === undefined
          ? ''
          : `${short(last.without.rate)}/s → ${short(last.with.rate)}/s; it was ${last.with.stuckOpen ? 'kept' : 'closed'}`,
      rounds,
    }),
    rowOf({
      what: `${what}: memory at its highest, over the others'`,
      against,
      goal: `≤ ${boundMiB} MiB, and as much not collected yet`,
      bound: { atMost: boundMiB * uncollected },
      values: rounds.map((round) => (round.with.peak - round.without.peak) / mib),
      format: (value) => `${short(value)} MiB`,
      detail: last === undefined ? '' : `${short(last.without.peak / mib)} MiB → ${short(last.with.peak / mib)} MiB`,
      rounds: [],
    }),
  ];
}

/** @param {Context} context @param {Side} side */
async function measureTurn(context, side) {
  const origin = context.use(await startScriptedUpstream());
  const gateway = await context.gateway({ upstreamPort: origin.port });
  const stuck = context.use(new Crowd());
  if (side === 'with') await stuck.open({ port: gateway.port, accounts: [reader], processes: 1 });
  const crowd = context.use(new Crowd());
  await crowd.open({ port: gateway.port, accounts: Array.from({ length: readers }, () => reader) });
  const scene = { origin, crowd, pids: [gateway.pid] };
  await measureWhole(scene, { flood: { ...flood, seconds: 1 } });
  await stuck.freeze();
  const rate = await measureRate(scene);
  const { peak } = residentBytes(gateway.pid);
  const stuckOpen = (await gateway.metric(slowConsumers)) === 0;
  context.say(`  ${side}: ${short(rate)}/s, at most ${short(peak / mib)} MiB`);
  return { rate, peak, stuckOpen };
}

/** Until so much has gone to each session that no buffer of the kernel and no queue can hold it. @param {import('../parts/measure-fan-out.mjs').Scene} scene */
async function measureRate(scene) {
  const total = { deliveries: 0, seconds: 0, bytes: 0 };
  while (total.bytes < enough) {
    const { events, deliveries, seconds } = await measureWhole(scene, { flood: { ...flood, seconds: 1 } });
    total.deliveries += deliveries;
    total.seconds += seconds;
    total.bytes += events * eventBytes;
  }
  return total.deliveries / total.seconds;
}
