// Row 10: logins per second, with the secret itself and with an MD5 key.
import { reader } from '../parts/accounts.mjs';
import { alternate } from '../rounds.mjs';
import { rowOf } from '../row.mjs';
import { short } from '../statistics.mjs';

const crowds = /** @type {const} */ ([8, 1]);
const ways = /** @type {const} */ (['plain', 'md5']);

/**
 * @import { Context } from '../context.mjs'
 * @typedef {'asterisk' | 'gateway'} Side
 */

/** @param {Context} context */
export async function benchLogins(context) {
  /** @type {readonly Side[]} */
  const sides = ['asterisk', 'gateway'];
  const rounds = await alternate(context.options.rounds, sides, (side) =>
    context.turn(() => measureTurn(context, side)),
  );
  const last = rounds.at(-1);
  return crowds.flatMap((crowd) =>
    ways.map((way) => {
      const rateOf = (/** @type {ReadonlyMap<string, number>} */ rates) => rates.get(keyOf(way, crowd)) ?? Number.NaN;
      return rowOf({
        what: `logins/s, ${way}, ${crowd === 1 ? 'one' : crowd} at a time`,
        against: 'Asterisk direct',
        goal: '≥ 100 %',
        bound: { atLeast: 1 },
        values: rounds.map(({ asterisk, gateway }) => rateOf(gateway) / rateOf(asterisk)),
        format: (value) => `${short(value * 100)} %`,
        detail: last === undefined ? '' : `${short(rateOf(last.asterisk))}/s → ${short(rateOf(last.gateway))}/s`,
        rounds: rounds.map(({ asterisk, gateway }) => ({ asterisk: rateOf(asterisk), gateway: rateOf(gateway) })),
      });
    }),
  );
}

/** @param {'plain' | 'md5'} way @param {number} crowd */
function keyOf(way, crowd) {
  return `${way} ${crowd}`;
}

/** @param {Context} context @param {Side} side */
async function measureTurn(context, side) {
  const asterisk = await context.asterisk();
  const { port } =
    side === 'gateway' ? await context.gateway({ upstreamPort: asterisk.port, profile: 'logins' }) : asterisk;
  /** @type {import('../parts/load-process.mjs').LoadProcess<import('../load/logins.mjs').LoginCalls>} */
  const load = context.load('logins.mjs');
  const measure = async (/** @type {'plain' | 'md5'} */ auth, /** @type {number} */ parallel) => {
    const login = { port, ...reader, auth };
    // Long enough for both compilers of the JavaScript engine: a gateway that has just started is not what is measured.
    await load.call('run', { login, parallel, seconds: 3 });
    const { logins, seconds } = await load.call('run', { login, parallel, seconds: context.options.quick ? 1 : 3 });
    return logins / seconds;
  };
  /** @type {Map<string, number>} */
  const rates = new Map();
  for (const crowd of crowds) for (const way of ways) rates.set(keyOf(way, crowd), await measure(way, crowd));
  context.say(`  ${side}: ${[...rates].map(([key, rate]) => `${key} ${short(rate)}/s`).join(', ')}`);
  return rates;
}
