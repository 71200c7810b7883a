// Row 12: a client that never reads, among 99 that do: what it does to them, and to the gateway's memory.
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
  await measureWhole(scene, { flood: { seconds: 1, ahead: 2000, step: 20 } });
  await stuck.freeze();
  const { deliveries, seconds } = await measureWhole(scene, {
    flood: { seconds: context.options.quick ? 2 : 4, ahead: 2000, step: 20 },
  });
  const { peak } = residentBytes(gateway.pid);
  const stuckOpen = (await gateway.metric(slowConsumers)) === 0;
  context.say(`  ${side}: ${short(deliveries / seconds)}/s, at most ${short(peak / mib)} MiB`);
  return { rate: deliveries / seconds, peak, stuckOpen };
}
