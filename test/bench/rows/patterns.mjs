// Row 13: patterns made to explode, on events made to make them: from the configuration and from the Filter action.
import { reader, secret, section } from '../parts/accounts.mjs';
import { Crowd } from '../parts/crowd.mjs';
import { startScriptedUpstream } from '../parts/origin.mjs';
import { exactCpuMs } from '../parts/process-cost.mjs';
import { alternate } from '../rounds.mjs';
import { rowOf } from '../row.mjs';
import { short } from '../statistics.mjs';

/** The first take time that is exponential or a high power where an engine goes back and tries again; the last need so many states, and new ones for each event, that an engine that prepares them all has prepared them in vain. */
const patterns = ['(a+)+$', '(a|aa)+$', '([a-zA-Z]+)*$', '(a?){25}a{25}$', 'a[ab]{40}c', '(a|b)*a(a|b){14}$'];
const sizes = { single: 32 << 10, double: 64 << 10 };
const attempts = 3;
const events = 20;
const arrivalTimeoutMs = 120_000;

/** Less than the twofold by far would not be linear either, but nobody minds. */
const mostTimes = 2.2;
/** Milliseconds at the smaller size below which a pattern costs too little for a ratio. */
const leastCost = 0.1;

const filterer = { username: 'filterer', secret };
const users = [
  section(reader, ['read = user']),
  section(filterer, ['read = user', 'write = system']),
  ...patterns.map((pattern, n) => section(account(n), ['read = user', `eventfilter = ${pattern}`])),
].join('\n');

/**
 * @import { Context } from '../context.mjs'
 * @typedef {Awaited<ReturnType<typeof startScriptedUpstream>>} Upstream
 * @typedef {{ readonly upstream: Upstream, readonly port: number, readonly pid: number, readonly witness: Crowd }} Scene
 * @typedef {{ readonly single: number, readonly double: number }} Costs  Milliseconds of CPU for one event of each size.
 * @typedef {import('../parts/load-process.mjs').LoadProcess<import('../load/actions.mjs').ActionCalls>} ActionProcess
 */

/** @param {Context} context */
export async function benchPatterns(context) {
  const sides = /** @type {const} */ (['manager.conf', 'the Filter action']);
  const rounds = await alternate(context.options.rounds, sides, (side) =>
    context.turn(() => measureTurn(context, side === 'manager.conf' ? openConfigured : openFiltered)),
  );
  return sides.map((side) =>
    rowOf({
      what: `worst pattern on worst event, from ${side}: time at ${sizes.double >> 10} KiB over ${sizes.single >> 10} KiB`,
      against: 'itself',
      goal: 'linear: 2×',
      bound: { atMost: mostTimes },
      values: rounds.map((round) => worstGrowth(round[side])),
      format: (value) => `${short(value)}×`,
      detail: patterns
        .map((pattern, n) => `${pattern.replaceAll('|', '\\|')} ${short(rounds.at(-1)?.[side][n]?.double ?? 0)} ms`)
        .join(', '),
      rounds: rounds.map((round) => round[side]),
    }),
  );
}

/** @param {readonly Costs[]} costs */
function worstGrowth(costs) {
  return Math.max(...costs.filter(({ single }) => single >= leastCost).map(({ single, double }) => double / single));
}

/** What each pattern costs over what an event costs without it. @param {Context} context @param {typeof openConfigured} open @returns {Promise<readonly Costs[]>} */
async function measureTurn(context, open) {
  const upstream = context.use(await startScriptedUpstream());
  const { port, pid } = await context.gateway({ upstreamPort: upstream.port, users });
  const witness = context.use(new Crowd());
  await witness.open({ port, accounts: [reader], processes: 1 });
  const scene = { upstream, port, pid, witness };
  await measureSizes(scene);
  const plain = await measureSizes(scene);
  const costs = [];
  for (const index of patterns.keys()) {
    const close = await open(context, port, index);
    await measureSizes(scene);
    const { single, double } = await measureSizes(scene);
    costs.push({ single: single - plain.single, double: double - plain.double });
    await close();
    context.say(`  ${patterns[index]}: ${short(single)} ms, ${short(double)} ms`);
  }
  return costs;
}

/** @param {Context} context @param {number} port @param {number} index of the pattern */
async function openConfigured(context, port, index) {
  const crowd = context.use(new Crowd());
  await crowd.open({ port, accounts: [account(index)], processes: 1 });
  return () => crowd.stop();
}

/** @type {typeof openConfigured} */
async function openFiltered(context, port, index) {
  /** @type {ActionProcess} */
  const load = context.load('actions.mjs');
  await load.call('open', { port, ...filterer, events: 'on', count: 1 });
  const answer = await load.call('ask', {
    action: `Action: Filter\r\nOperation: Add\r\nFilter: ${patterns[index]}\r\n`,
  });
  if (!answer.startsWith('Response: Success')) throw new Error(`${patterns[index]} was refused: ${answer}`);
  return () => load.stop();
}

/** @param {Scene} scene @returns {Promise<Costs>} */
async function measureSizes(scene) {
  const single = await measureBest(scene, sizes.single);
  return { single, double: await measureBest(scene, sizes.double) };
}

/** The least of some: garbage collection and a compiler that is not done yet only ever add. @param {Scene} scene @param {number} size */
async function measureBest(scene, size) {
  let best = Number.POSITIVE_INFINITY;
  for (let n = 0; n < attempts; n++) best = Math.min(best, await measureEvents(scene, size));
  return best;
}

/** Events that differ, one half for each kind of pattern; of a fixed length, which tells when the last has arrived. @param {Scene} scene @param {number} size */
async function measureEvents({ upstream, pid, witness }, size) {
  const texts = Array.from({ length: events }, (_, n) => eventOf(n % 2 === 0 ? 'a'.repeat(size) : shuffled(size)));
  const bytes = texts.reduce((sum, text) => sum + text.length, 0);
  await witness.arm(null);
  const before = exactCpuMs(pid);
  for (const text of texts) await upstream.say(text);
  const { missing } = await witness.reached(bytes, arrivalTimeoutMs);
  if (missing > 0) throw new Error(`${missing} bytes did not arrive in ${arrivalTimeoutMs} ms`);
  return (exactCpuMs(pid) - before) / events;
}

/** @param {string} text */
function eventOf(text) {
  return `Event: UserEvent\r\nPrivilege: user,all\r\nUserEvent: ${text}!c\r\n\r\n`;
}

/** @param {number} size */
function shuffled(size) {
  return Array.from({ length: size }, () => (Math.random() < 0.5 ? 'a' : 'b')).join('');
}

/** @param {number} index */
function account(index) {
  return { username: `pattern${index}`, secret };
}
