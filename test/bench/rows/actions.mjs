// Row 9: actions that Asterisk answers, one at a time and 32 in flight over 8 sessions.
import { caller } from '../parts/accounts.mjs';
import { alternate } from '../rounds.mjs';
import { rowOf } from '../row.mjs';
import { short } from '../statistics.mjs';

/**
 * @import { Context } from '../context.mjs'
 * @typedef {'asterisk' | 'gateway'} Side
 * @typedef {{ readonly name: string, readonly headers: string }} Asked
 * @typedef {{ readonly alone: number, readonly together: number }} Rates  Actions per second.
 * @typedef {import('../parts/load-process.mjs').LoadProcess<import('../load/actions.mjs').ActionCalls>} ActionProcess
 */

/** A short answer, the shortest, a list, and what costs Asterisk itself something. @type {readonly Asked[]} */
const asked = [
  { name: 'CoreStatus', headers: 'Action: CoreStatus\r\n' },
  { name: 'Getvar', headers: 'Action: Getvar\r\nVariable: BENCH\r\n' },
  { name: 'DBGet', headers: 'Action: DBGet\r\nFamily: bench\r\nKey: key\r\n' },
  { name: 'Command', headers: 'Action: Command\r\nCommand: core show uptime\r\n' },
];

/** @param {Context} context */
export async function benchActions(context) {
  const asterisk = await context.asterisk();
  await asterisk.cli('database put bench key value');
  await asterisk.cli('dialplan set global BENCH 1');
  return [...(await benchWith(context, 'on')), ...(await benchWith(context, 'off'))];
}

/** With events on, an answer is followed by the events that the action caused: the gateway must wait for them. @param {Context} context @param {'on' | 'off'} events */
async function benchWith(context, events) {
  /** @type {readonly Side[]} */
  const sides = ['asterisk', 'gateway'];
  const rounds = await alternate(context.options.rounds, sides, (side) =>
    context.turn(() => measureTurn(context, side, events)),
  );
  return asked.flatMap(({ name }) =>
    [
      { load: /** @type {const} */ ('alone'), shown: 'one at a time', least: 0.45 },
      { load: /** @type {const} */ ('together'), shown: '32 in flight over 8 sessions', least: 0.7 },
    ].map(({ load, shown, least }) => {
      const rates = rounds.map(({ asterisk, gateway }) => ({
        asterisk: rateOf(asterisk, name)[load],
        gateway: rateOf(gateway, name)[load],
      }));
      const last = rates.at(-1);
      return rowOf({
        what: `${name}/s, ${shown}, events ${events}`,
        against: 'Asterisk direct',
        goal: `≥ ${least * 100} %`,
        bound: { atLeast: least },
        values: rates.map(({ asterisk, gateway }) => gateway / asterisk),
        format: (value) => `${short(value * 100)} %`,
        detail: last === undefined ? '' : `${short(last.asterisk)}/s → ${short(last.gateway)}/s`,
        rounds: rates,
      });
    }),
  );
}

/** @param {Context} context @param {Side} side @param {'on' | 'off'} events @returns {Promise<Map<string, Rates>>} */
async function measureTurn(context, side, events) {
  const asterisk = await context.asterisk();
  const { port } =
    side === 'gateway'
      ? await context.gateway({ upstreamPort: asterisk.port, profile: `actions-${events}` })
      : asterisk;
  /** @type {ActionProcess} */
  const one = context.load('actions.mjs');
  await one.call('open', { port, ...caller, events, count: 1 });
  /** @type {ActionProcess} */
  const eight = context.load('actions.mjs');
  await eight.call('open', { port, ...caller, events, count: 8 });
  /** @type {Map<string, Rates>} */
  const rates = new Map();
  for (const { name, headers } of asked) {
    const alone = await measure(context, one, headers, 1);
    const together = await measure(context, eight, headers, 4);
    rates.set(name, { alone, together });
    context.say(`  ${side}, events ${events}: ${name} ${short(alone)}/s, ${short(together)}/s`);
  }
  return rates;
}

/** @param {Context} context @param {ActionProcess} load @param {string} action @param {number} depth */
async function measure(context, load, action, depth) {
  await load.call('run', { action, depth, seconds: 0.3 });
  const { actions, seconds } = await load.call('run', { action, depth, seconds: context.options.quick ? 0.7 : 2 });
  return actions / seconds;
}

/** @param {Map<string, Rates>} rates @param {string} name */
function rateOf(rates, name) {
  return rates.get(name) ?? { alone: Number.NaN, together: Number.NaN };
}
