/** The network between gateway and Asterisk drops every packet: both ends believe in their connections. */
import { ledgerFigure, memoryFigure, readersFigure } from './faults/figures.js';
import { Rig } from './faults/rig.js';
import type { Tap } from './faults/tap.js';
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

/** In seconds. */
const KEEPALIVE = 2;
const ACTION_TIMEOUT = 3;
const GATEWAY = `keepalive_interval = ${KEEPALIVE}\nkeepalive_timeout = ${KEEPALIVE}\nreconnect_min = 0.2\nreconnect_max = 2
pool_idle_timeout = 2\nlogin_timeout = 2\naction_timeout = ${ACTION_TIMEOUT}\n`;
/** Interval and timeout, and the tick of the watch; the rest is for a machine that is busy. */
const NOTICE_MS = (2 * KEEPALIVE + KEEPALIVE / 2) * 1000 + 5000;
const CUTS = 3;

declarePart({ name: 'fault-half-open', run });

async function run(context: HostileContext): Promise<readonly Figure[]> {
  const rig = await Rig.start({ name: 'half-open', gatewayConf: GATEWAY, path: 'tapped' });
  try {
    if (rig.tap === null) throw new Error('the rig has no tap');
    return await cutOften(rig, rig.tap, Math.max(1, Math.round(CUTS * context.scale)), context);
  } finally {
    await rig.stop();
  }
}

async function cutOften(rig: Rig, tap: Tap, cuts: number, context: HostileContext): Promise<readonly Figure[]> {
  await rig.addReaders('watcher', 4);
  await rig.addReaders('listener', 4);
  const figures: Figure[] = [];
  for (const workload of await workloadsOf(rig)) {
    figures.push(...(await cutAll(rig, tap, workload, cuts)), await cutActions(rig, tap, workload, cuts));
    context.say(`silent during ${workload.what}`);
    await rig.untilIdle();
  }
  return [...figures, readersFigure('silent network', rig.readers), await memoryFigure('silent network', rig)];
}

async function cutAll(rig: Rig, tap: Tap, workload: Workload, cuts: number): Promise<readonly Figure[]> {
  const noticed: number[] = [];
  await underLoad(rig, workload, cuts, async () => {
    const expectBooted = watchBooted(rig);
    tap.fallSilent('all');
    const silentAt = performance.now();
    const settled = untilSettled(rig, 30_000);
    await until('the gateway notices', async () => !(await rig.gateway.isReady()), NOTICE_MS);
    noticed.push(performance.now() - silentAt);
    await settled;
    tap.heal();
    await until('the gateway is back', () => rig.gateway.isReady(), 30_000);
    await untilAnswered(rig, 30_000);
    expectBooted();
  });
  const what = `silent network during ${workload.what}`;
  const figure = `${(Math.max(...noticed) / 1000).toFixed(1)} s at most`;
  const detail = `keepalive_interval and keepalive_timeout are ${KEEPALIVE} s each`;
  return [ledgerFigure(what, `${cuts} cuts`, rig.ledger), { what: `${what}: noticed`, figure, met: true, detail }];
}

/** Only connections for actions are dead: the deadline of the action ends them, and events go on without a gap. */
async function cutActions(rig: Rig, tap: Tap, workload: Workload, cuts: number): Promise<Figure> {
  const gapsBefore = rig.readers.map((reader) => reader.gaps);
  const booted = rig.readers.map((reader) => reader.fullyBooted);
  await underLoad(rig, workload, cuts, async () => {
    tap.fallSilent('actions');
    tap.heal();
    await untilSettled(rig, 60_000);
    await untilAnswered(rig, 30_000);
  });
  const isUntouched = rig.readers.every(
    (reader, at) => reader.gaps === gapsBefore[at] && reader.fullyBooted === booted[at],
  );
  const figure = ledgerFigure(`dead connections for actions during ${workload.what}`, `${cuts} cuts`, rig.ledger);
  return { ...figure, met: figure.met && isUntouched };
}
