// Row 8: a thousand sessions, 500 events a second, for a minute: is anything lost, how late is it, what does it cost?
import { reader } from '../parts/accounts.mjs';
import { Crowd } from '../parts/crowd.mjs';
import { measureFanOut, measureWhole } from '../parts/measure-fan-out.mjs';
import { startSource } from '../parts/origin.mjs';
import { alternate } from '../rounds.mjs';
import { rowOf } from '../row.mjs';
import { percentile, short } from '../statistics.mjs';

const sessions = 1000;
const perSecond = 500;
/** These read at once and are timed; the others are read every few milliseconds, and only what they get is checked. */
const timedSessions = 10;
const napMs = 10;

/** @import { Context } from '../context.mjs' */

/** @param {Context} context */
export async function benchThousand(context) {
  const { quick } = context.options;
  const seconds = quick ? 5 : 60;
  const count = quick ? context.options.rounds : 1;
  const rounds = await alternate(count, ['gateway'], () => context.turn(() => measureTurn(context, seconds)));
  const turns = rounds.map((round) => round.gateway);
  const what = `${short(sessions)} sessions × ${perSecond} events/s for ${seconds} s`;
  const each = { against: '–', rounds };
  return [
    rowOf({
      ...each,
      what: `${what}: lost`,
      goal: '0',
      bound: { atMost: 0 },
      values: turns.map((turn) => turn.lost),
      format: short,
    }),
    rowOf({
      ...each,
      what: `${what}: p99`,
      goal: '≤ 20 ms',
      bound: { atMost: 20 },
      values: turns.map((turn) => turn.p99),
      format: (value) => `${short(value)} ms`,
      detail: `p50 ${turns.map((turn) => short(turn.p50))} ms, highest ${turns.map((turn) => short(turn.most))} ms`,
      rounds: [],
    }),
    rowOf({
      ...each,
      what: `${what}: CPU of the gateway`,
      goal: '< 1 core',
      bound: { atMost: 1 },
      values: turns.map((turn) => turn.cores),
      format: (value) => `${short(value)} cores`,
      rounds: [],
    }),
  ];
}

/** @param {Context} context @param {number} seconds */
async function measureTurn(context, seconds) {
  const asterisk = await context.asterisk();
  const gateway = await context.gateway({ upstreamPort: asterisk.port, profile: 'thousand' });
  const { port } = gateway;
  const crowd = context.use(new Crowd());
  await crowd.open({ port, accounts: readers(sessions - timedSessions), processes: 2, napMs });
  await crowd.open({ port, accounts: readers(timedSessions), processes: 1, timed: true });
  const scene = { origin: context.use(await startSource(asterisk.port)), crowd, pids: [gateway.pid] };
  await measureWhole(scene, { pace: { seconds: 2, perSecond } });
  const { outcome, cpuMs, seconds: took, events } = await measureFanOut(scene, { pace: { seconds, perSecond } });
  const latencies = await crowd.latencies();
  const milliseconds = (/** @type {number} */ share) => percentile(latencies, share) / 1000;
  return {
    events,
    lost: outcome.missing + outcome.surplus + outcome.disorders + outcome.closed,
    p50: milliseconds(0.5),
    p99: milliseconds(0.99),
    most: milliseconds(1),
    cores: (cpuMs[0] ?? 0) / 1000 / took,
  };
}

/** @param {number} length */
function readers(length) {
  return Array.from({ length }, () => reader);
}
