/** Many clients of every kind before a real Asterisk for ten minutes: nothing lost, nothing wrong, nothing that grows. */
import { setTimeout as delay } from 'node:timers/promises';
import { count } from './faults/figures.js';
import { declarePart, type Figure, type HostileContext } from './part.js';
import { Crowd } from './soak/crowd.js';
import { soakFigures } from './soak/soak-figures.js';

const TELL_EVERY_MS = 30_000;

declarePart({ name: 'soak', run });

async function run(context: HostileContext): Promise<readonly Figure[]> {
  const minutes = context.minutes * (context.scale < 1 ? 0.1 : 1);
  const crowd = await Crowd.gather();
  try {
    const before = await crowd.begin();
    for (let left = minutes * 60_000; left > 0; left -= TELL_EVERY_MS) {
      await delay(Math.min(left, TELL_EVERY_MS));
      const { answered } = crowd.ledger.counts;
      context.say(`${count(crowd.received)} events, ${count(answered)} answers, ${crowd.faults.length} wrong`);
    }
    return soakFigures(minutes, crowd, before, await crowd.end());
  } finally {
    await crowd.leave();
  }
}
