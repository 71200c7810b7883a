/** Asterisk is frozen for twenty seconds, as a machine that swaps or migrates is, and goes on as if nothing had been. */
import { setTimeout as delay } from 'node:timers/promises';
import { ledgerFigure, memoryFigure, readersFigure } from './faults/figures.js';
import { Rig } from './faults/rig.js';
import { underLoad, untilAnswered, untilSettled, watchBooted, workloadsOf } from './faults/under-load.js';
import { until } from './faults/until.js';
import { declarePart, type Figure, type HostileContext } from './part.js';

const PAUSE_MS = 20_000;
/** Long enough to be noticed with a short keepalive. */
const LEAST_PAUSE_MS = 8000;
const PATIENT = 'pool_idle_timeout = 2\n';
const IMPATIENT =
  'keepalive_interval = 2\nkeepalive_timeout = 2\nreconnect_min = 0.2\nreconnect_max = 2\npool_idle_timeout = 2\nlogin_timeout = 2\n';

declarePart({ name: 'fault-pause', run });

async function run(context: HostileContext): Promise<readonly Figure[]> {
  const pauseMs = Math.max(LEAST_PAUSE_MS, PAUSE_MS * context.scale);
  return [
    ...(await withRig('frozen', PATIENT, (rig) => pauseUnnoticed(rig, pauseMs, context))),
    ...(await withRig('given-up', IMPATIENT, (rig) => pauseNoticed(rig, pauseMs, context))),
  ];
}

type Act = (rig: Rig) => Promise<readonly Figure[]>;

async function withRig(name: string, gatewayConf: string, act: Act): Promise<readonly Figure[]> {
  const rig = await Rig.start({ name, gatewayConf, path: 'direct' });
  try {
    await rig.addReaders('watcher', 4);
    await rig.addReaders('listener', 4);
    return await act(rig);
  } finally {
    await rig.stop();
  }
}

/** The default keepalive waits longer than the pause: every action is answered behind it, and no event is lost. */
async function pauseUnnoticed(rig: Rig, pauseMs: number, context: HostileContext): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const workload of await workloadsOf(rig)) {
    const what = `frozen ${pauseMs / 1000} s during ${workload.what}`;
    await underLoad(rig, workload, 1, async () => {
      await rig.asterisk.pause();
      await delay(pauseMs);
      rig.asterisk.resume();
      await untilAnswered(rig, 60_000);
    });
    context.say(what);
    const figure = ledgerFigure(what, '1 pause', rig.ledger);
    const { unknown, 'not-sent': notSent } = rig.ledger.counts;
    const lost = rig.ledger.unexecuted(
      (id) => Number(id.split('-').at(-1)) % workload.attempts.length === workload.countedTurn,
    );
    figures.push({ ...figure, met: figure.met && unknown + notSent + lost.length === 0 });
    await rig.untilIdle();
  }
  const readers = readersFigure('frozen', rig.readers);
  const gaps = rig.readers.reduce((sum, reader) => sum + reader.gaps, 0);
  const detail = `${gaps} gaps: every event is delivered behind the pause`;
  return [...figures, { ...readers, met: readers.met && gaps === 0, detail }, await memoryFigure('frozen', rig)];
}

/** A short keepalive gives Asterisk up; what it executes when it goes on was said to be unknown. */
async function pauseNoticed(rig: Rig, pauseMs: number, context: HostileContext): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const workload of await workloadsOf(rig)) {
    const what = `frozen and given up during ${workload.what}`;
    await underLoad(rig, workload, 1, async () => {
      const expectBooted = watchBooted(rig);
      await rig.asterisk.pause();
      const pausedAt = performance.now();
      await until('the gateway notices', async () => !(await rig.gateway.isReady()), pauseMs);
      await untilSettled(rig, 20_000);
      await delay(Math.max(0, pauseMs - (performance.now() - pausedAt)));
      rig.asterisk.resume();
      await until('the gateway is back', () => rig.gateway.isReady(), 30_000);
      await untilAnswered(rig, 30_000);
      expectBooted();
    });
    context.say(what);
    figures.push(ledgerFigure(what, '1 pause', rig.ledger));
    await rig.untilIdle();
  }
  return [...figures, readersFigure('given up', rig.readers), await memoryFigure('given up', rig)];
}
