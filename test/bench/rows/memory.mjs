// Row 11: what an idle session holds of the gateway's memory, at 5,000 of them.
import { reader } from '../parts/accounts.mjs';
import { Crowd } from '../parts/crowd.mjs';
import { startScriptedUpstream } from '../parts/origin.mjs';
import { alternate } from '../rounds.mjs';
import { rowOf } from '../row.mjs';
import { short } from '../statistics.mjs';

const sessions = 5000;
const kib = 1024;

/** @import { Context } from '../context.mjs' */

/** @param {Context} context */
export async function benchMemory(context) {
  const rounds = await alternate(context.options.rounds, ['gateway'], () => context.turn(() => measureTurn(context)));
  const turns = rounds.map(({ gateway }) => gateway);
  const each = (/** @type {'rss' | 'heap'} */ of) => turns.map((turn) => turn[of]);
  return [
    rowOf({
      what: `memory per idle session at ${short(sessions)} sessions`,
      against: 'the idle process',
      goal: '≤ 16 KiB',
      bound: { atMost: 16 },
      values: each('rss'),
      format: (value) => `${short(value)} KiB`,
      detail: `resident; of it the heap of JavaScript ${each('heap').map(short).join(', ')} KiB`,
      rounds,
    }),
  ];
}

/** @param {Context} context */
async function measureTurn(context) {
  const upstream = context.use(await startScriptedUpstream());
  const gateway = await context.gateway({ upstreamPort: upstream.port, probed: true });
  const idle = await gateway.memory();
  const crowd = context.use(new Crowd());
  await crowd.open({ port: gateway.port, accounts: Array.from({ length: sessions }, () => reader) });
  const full = await gateway.memory();
  const open = await crowd.openCount();
  if (open !== sessions) throw new Error(`only ${open} of ${sessions} sessions are open`);
  const perSession = (/** @type {number} */ bytes) => bytes / sessions / kib;
  const heap = full.heapUsed + full.external - idle.heapUsed - idle.external;
  context.say(`  rss ${short(perSession(full.rss - idle.rss))} KiB, heap ${short(perSession(heap))} KiB`);
  return { rss: perSession(full.rss - idle.rss), heap: perSession(heap), idle, full };
}
