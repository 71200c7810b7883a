/** Asterisk dies in the middle of things, and comes back on the same port. */
import { ledgerFigure, memoryFigure, readersFigure } from './faults/figures.js';
import { Rig } from './faults/rig.js';
import {
  underLoad,
  untilAnswered,
  untilSettled,
  type Workload,
  watchBooted,
  workloadsOf,
} from './faults/under-load.js';
import { until } from './faults/until.js';
import { declarePart, type Figure, type HostileContext } from './part.js';

/** In seconds; the longest wait between two attempts, and what a login and the first questions may take. */
const RECONNECT_MAX = 2;
const LOGIN_SECONDS = 8;
const GATEWAY = `reconnect_min = 0.2\nreconnect_max = ${RECONNECT_MAX}\npool_idle_timeout = 2\n`;
const KILLS = 6;

declarePart({ name: 'fault-kill', run });

async function run(context: HostileContext): Promise<readonly Figure[]> {
  const rig = await Rig.start({ name: 'kill', gatewayConf: GATEWAY, path: 'direct' });
  try {
    return await killOften(rig, context);
  } finally {
    await rig.stop();
  }
}

async function killOften(rig: Rig, context: HostileContext): Promise<readonly Figure[]> {
  await rig.addReaders('watcher', 4);
  await rig.addReaders('listener', 4);
  const figures: Figure[] = [];
  for (const workload of await workloadsOf(rig)) {
    figures.push(...(await killDuring(rig, workload, context)));
    await rig.untilIdle();
  }
  return [...figures, readersFigure('SIGKILL', rig.readers), await memoryFigure('SIGKILL', rig)];
}

async function killDuring(rig: Rig, workload: Workload, context: HostileContext): Promise<readonly Figure[]> {
  const kills = Math.max(1, Math.round(KILLS * context.scale));
  const returns: number[] = [];
  await underLoad(rig, workload, kills, async () => {
    returns.push(await killOnce(rig, workload));
    context.say(`${workload.what}: back ${returns.length} of ${kills}, ${returns.at(-1)} ms behind Asterisk`);
  });
  const slowest = Math.max(...returns);
  const what = `SIGKILL during ${workload.what}`;
  const detail = `reconnect_max is ${RECONNECT_MAX} s; login and first questions come on top`;
  const isInTime = slowest <= (RECONNECT_MAX + LOGIN_SECONDS) * 1000;
  return [
    ledgerFigure(what, `${kills} kills`, rig.ledger),
    { what: `${what}: back after Asterisk`, figure: `${slowest} ms at most`, met: isInTime, detail },
  ];
}

/** Resolves with the milliseconds from an Asterisk that has booted to a gateway that is ready. */
async function killOnce(rig: Rig, workload: Workload): Promise<number> {
  const expectBooted = watchBooted(rig);
  await rig.asterisk.kill();
  await until('the gateway notices', async () => !(await rig.gateway.isReady()), 10_000);
  await untilSettled(rig, 20_000);
  await rig.asterisk.start();
  const startedAt = performance.now();
  await until('the gateway is back', () => rig.gateway.isReady(), 60_000);
  const tookMs = Math.round(performance.now() - startedAt);
  await rig.attach(workload.eventsPerSecond);
  await untilAnswered(rig, 30_000);
  expectBooted();
  return tookMs;
}
