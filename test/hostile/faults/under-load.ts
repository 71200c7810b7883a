/** Callers at work while something breaks: what they do, and the moments a fault waits for. */

import { dbList, type MakeAttempt, SHOW_FUNCTIONS, showFunctions, userEvent } from './attempts.js';
import type { Caller } from './caller.js';
import { Ledger } from './ledger.js';
import type { Rig } from './rig.js';
import { until } from './until.js';

export interface Workload {
  readonly what: string;
  readonly attempts: readonly MakeAttempt[];
  /** Which of them is counted at Asterisk. */
  readonly countedTurn: number;
  /** 0: none. */
  readonly eventsPerSecond: number;
  /** Actions that are answered before something breaks: at least, and up to so many more. */
  readonly actions: readonly [number, number];
}

export async function workloadsOf(rig: Rig): Promise<readonly Workload[]> {
  const functions = showFunctions(new Set((await rig.commandAnswer(SHOW_FUNCTIONS)).split('\r\n')));
  return [
    { what: 'single actions', attempts: [userEvent], countedTurn: 0, eventsPerSecond: 0, actions: [300, 1000] },
    {
      what: 'long lists',
      attempts: [dbList, functions, userEvent],
      countedTurn: 2,
      eventsPerSecond: 0,
      actions: [30, 100],
    },
    {
      what: 'an event storm',
      attempts: [userEvent, functions],
      countedTurn: 0,
      eventsPerSecond: 1500,
      actions: [300, 1000],
    },
  ];
}

/** Breaks something so many times under load; the ledger of the rig tells what came of it. */
export async function underLoad(
  rig: Rig,
  workload: Workload,
  times: number,
  breakOnce: () => Promise<void>,
): Promise<void> {
  rig.ledger = new Ledger();
  await rig.attach(workload.eventsPerSecond);
  await rig.addCallers(workload.attempts);
  for (const caller of rig.callers) caller.start();
  for (let time = 0; time < times; time++) {
    const [least, more] = workload.actions;
    const enough = rig.ledger.counts.answered + least + Math.random() * more;
    await until('actions are answered', () => rig.ledger.counts.answered >= enough, 60_000);
    await breakOnce();
  }
  await rig.endCallers();
  rig.source?.close();
}

/** Resolves when each caller has heard of the action that was on its way. */
export function untilSettled(rig: Rig, timeoutMs: number): Promise<void> {
  return untilMore('what was on its way has an end', rig, (caller) => caller.settled, timeoutMs);
}

/** Resolves when Asterisk has answered each caller once more. */
export function untilAnswered(rig: Rig, timeoutMs: number): Promise<void> {
  return untilMore('everybody is answered again', rig, (caller) => caller.answered, timeoutMs);
}

/** Holds every reader to one FullyBooted for each return of Asterisk, if it reads `system`, and to none else. */
export function watchBooted(rig: Rig): () => void {
  const before = rig.readers.map((reader) => reader.fullyBooted);
  return () =>
    rig.readers.forEach((reader, at) => {
      const heard = reader.fullyBooted - (before[at] ?? 0);
      const expected = reader.readsSystem ? 1 : 0;
      if (heard !== expected) reader.faults.push(`heard FullyBooted ${heard} times and not ${expected}`);
    });
}

async function untilMore(
  what: string,
  rig: Rig,
  counted: (caller: Caller) => number,
  timeoutMs: number,
): Promise<void> {
  const before = rig.callers.map(counted);
  await until(what, () => rig.callers.every((caller, at) => counted(caller) > (before[at] ?? 0)), timeoutMs);
}
