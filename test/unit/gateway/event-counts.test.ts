import { expect, it } from 'vitest';
import { EventCounts } from '../../../src/gateway/event-counts.js';

it('counts what the audience wanted while the subscriber was in it, over all audiences', () => {
  const counts = new EventCounts();
  const [first, second] = [{ wanted: 10 }, { wanted: 3 }];
  const subscriber = {};
  counts.decided = 100;
  counts.joined(subscriber, first);
  first.wanted += 2;
  counts.decided += 5;
  counts.left(subscriber);
  first.wanted += 7;
  counts.decided += 50;
  counts.joined(subscriber, second);

  second.wanted += 1;
  counts.decided += 4;

  expect(counts.of(subscriber)).toEqual({ delivered: 3, filtered: 6 });
});

it('knows nothing of who never joined', () => {
  expect(new EventCounts().of({})).toEqual({ delivered: 0, filtered: 0 });
});
