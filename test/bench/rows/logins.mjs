// Row 10: logins per second, with the secret itself and with an MD5 key.
import { reader } from '../parts/accounts.mjs';
import { alternate } from '../rounds.mjs';
import { rowOf } from '../row.mjs';
import { short } from '../statistics.mjs';

const parallel = 8;
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
  return ways.map((way) =>
    rowOf({
      what: `logins/s, ${way}, ${parallel} at a time`,
      against: 'Asterisk direct',
      goal: '≥ 100 %',
      bound: { atLeast: 1 },
      values: rounds.map(({ asterisk, gateway }) => gateway[way] / asterisk[way]),
      format: (value) => `${short(value * 100)} %`,
      detail: last === undefined ? '' : `${short(last.asterisk[way])}/s → ${short(last.gateway[way])}/s`,
      rounds: way === 'plain' ? rounds : [],
    }),
  );
}

/** @param {Context} context @param {Side} side */
async function measureTurn(context, side) {
  const asterisk = await context.asterisk();
  const { port } =
    side === 'gateway' ? await context.gateway({ upstreamPort: asterisk.port, profile: 'logins' }) : asterisk;
  /** @type {import('../parts/load-process.mjs').LoadProcess<import('../load/logins.mjs').LoginCalls>} */
  const load = context.load('logins.mjs');
  const measure = async (/** @type {'plain' | 'md5'} */ auth) => {
    const login = { port, ...reader, auth };
    await load.call('run', { login, parallel, seconds: 3 });
    const { logins, seconds } = await load.call('run', { login, parallel, seconds: context.options.quick ? 1 : 3 });
    return logins / seconds;
  };
  const rates = { plain: await measure('plain'), md5: await measure('md5') };
  context.say(`  ${side}: plain ${short(rates.plain)}/s, md5 ${short(rates.md5)}/s`);
  return rates;
}
