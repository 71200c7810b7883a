// Row 6: what one event costs the gateway, by the number of sessions that share a view and by the number of filters.
import { reader, secret, section } from '../parts/accounts.mjs';
import { Crowd } from '../parts/crowd.mjs';
import { measureWhole, totalCpuMs } from '../parts/measure-fan-out.mjs';
import { startScriptedUpstream } from '../parts/origin.mjs';
import { exactCpuMs } from '../parts/process-cost.mjs';
import { alternate } from '../rounds.mjs';
import { rowOf } from '../row.mjs';
import { short } from '../statistics.mjs';

/** Slow enough that each event comes alone. */
const perSecond = 200;
const sizes = /** @type {const} */ (['10', '100', '1000']);
/** Who sees all events while others filter them away: what the delivery costs stays the same. */
const witnesses = 10;

/**
 * @import { Context } from '../context.mjs'
 * @typedef {(typeof sizes)[number]} Size
 * @typedef {{ readonly what: string, readonly goal: string, readonly mostTimes: number | null, readonly users: (size: number) => string, readonly sessions: (size: number) => readonly string[] }} Growth
 */

/** @type {readonly Growth[]} */
const growths = [
  {
    what: 'sessions that share a view',
    goal: 'sublinear: 1,000 < 100× of 10',
    mostTimes: 100,
    users: () => '',
    sessions: (size) => Array.from({ length: size - witnesses }, () => reader.username),
  },
  { ...filters('patterns', (n) => `Caller: \\+(1|49|351) ?0*${n}`), mostTimes: 3 },
  { ...filters('plain texts', (n) => `Caller: +49 30 ${n}`), mostTimes: 3 },
];

/** @param {Context} context */
export async function benchAudiences(context) {
  const rows = [];
  for (const growth of growths) rows.push(await benchGrowth(context, growth));
  return rows;
}

/** @param {Context} context @param {Growth} growth */
async function benchGrowth(context, { what, goal, mostTimes, users, sessions }) {
  const rounds = await alternate(context.options.rounds, sizes, (size) =>
    context.turn(() => measureTurn(context, users(Number(size)), sessions(Number(size)))),
  );
  const last = rounds.at(-1);
  context.say(`  ${what}: ${sizes.map((size) => `${size}: ${short(last?.[size] ?? 0)} µs`).join(', ')}`);
  return rowOf({
    what: `CPU of one event: ${sizes.join(', ')} ${what}`,
    against: 'itself',
    goal,
    bound: mostTimes === null ? null : { atMost: mostTimes },
    values: rounds.map((round) => round['1000'] / round['10']),
    format: (value) => `${short(value)}×`,
    detail: `${sizes.map((size) => short(last?.[size] ?? 0)).join(', ')} µs`,
    rounds,
  });
}

/** Microseconds of CPU for one event. @param {Context} context @param {string} users @param {readonly string[]} names */
async function measureTurn(context, users, names) {
  const origin = context.use(await startScriptedUpstream());
  const sections = `${section(reader, ['read = user'])}\n${users}`;
  const gateway = await context.gateway({ upstreamPort: origin.port, users: sections });
  const crowd = context.use(new Crowd());
  await crowd.open({ port: gateway.port, accounts: Array.from({ length: witnesses }, () => reader), processes: 1 });
  const bystanders = context.use(new Crowd());
  await bystanders.open({
    port: gateway.port,
    accounts: names.map((username) => ({ username, secret })),
    processes: 1,
  });
  const scene = { origin, crowd, pids: [gateway.pid], cpuOf: exactCpuMs };
  await measureWhole(scene, { pace: { seconds: 2, perSecond } });
  const measured = await measureWhole(scene, { pace: { seconds: context.options.quick ? 1 : 4, perSecond } });
  return (totalCpuMs(measured) * 1000) / measured.events;
}

/** One session for each filter, none of which lets an event of the bench pass. @param {string} kind @param {(n: string) => string} filterOf */
function filters(kind, filterOf) {
  const numbers = (/** @type {number} */ size) => Array.from({ length: size }, (_, n) => String(8_000_000 + n));
  const user = (/** @type {string} */ n) =>
    section({ username: `f${n}`, secret }, ['read = user', `eventfilter = ${filterOf(n)}`]);
  return {
    what: `distinct filters (${kind})`,
    goal: '1,000 at most 3× of 10',
    users: (/** @type {number} */ size) => numbers(size).map(user).join('\n'),
    sessions: (/** @type {number} */ size) => numbers(size).map((n) => `f${n}`),
  };
}
