import { beforeEach, describe, expect, it } from 'vitest';
import { actionOf, decodeHeader } from '../../../src/ami/message.js';
import { ALL_CLASSES } from '../../../src/ami/privilege.js';
import { ActionHold, type HeldPool } from '../../../src/gateway/action-hold.js';
import type { ForwardEnd, ForwardSink } from '../../../src/gateway/action-pool.js';
import { learnActions } from '../../../src/policy/action-classes.js';
import { authorizeAction, type Permit } from '../../../src/policy/authorize-action.js';

const never = new AbortController().signal;

/** A pool that notes what it is asked. */
class NotingPool implements HeldPool {
  readonly forwarded: string[] = [];
  readonly abandoned: string[] = [];
  leased = 0;
  start(): void {}
  stop(): void {}
  retire(): void {}
  get counts() {
    return { open: this.leased, leased: this.leased, waiting: 0 };
  }
  forward(permit: Permit) {
    this.forwarded.push(permit.user);
    return {
      hasRoom: true,
      follow: () => undefined,
      pause: () => undefined,
      resume: () => undefined,
      abandon: () => void this.abandoned.push(permit.user),
    };
  }
}

function permitOf(user: string): Permit {
  const action = actionOf(['Action: CoreStatus'].map(decodeHeader));
  const account = { user, write: ALL_CLASSES, actionFilters: [], isEnforced: true, setvar: [] };
  const verdict = authorizeAction(account, action, learnActions(['CoreStatus: x  (Priv: system,all)']));
  if (verdict.kind !== 'permitted') throw new Error(verdict.kind);
  return verdict.permit;
}

let pool: NotingPool;
let hold: ActionHold;
let ends: ForwardEnd[];
let sink: ForwardSink;
beforeEach(() => {
  pool = new NotingPool();
  hold = new ActionHold(pool, { leaseWaitTimeoutMs: 10_000, maxWaitingActions: 3 });
  ends = [];
  sink = { answer: () => undefined, ended: (end) => ends.push(end) };
  hold.start();
});

describe('a pause', () => {
  it('holds actions until it is resumed, and lets them go in turns of the users', () => {
    hold.pause();
    for (const user of ['a', 'a', 'b']) hold.forward(permitOf(user), sink);
    expect([pool.forwarded, hold.heldCount]).toEqual([[], 3]);

    hold.resume();

    expect([pool.forwarded, hold.heldCount]).toEqual([['a', 'b', 'a'], 0]);
    hold.forward(permitOf('c'), sink);
    expect(pool.forwarded.at(-1)).toBe('c');
  });

  it('outlives an upstream that goes and comes', () => {
    hold.pause();
    hold.forward(permitOf('a'), sink);

    hold.stop();
    hold.start();

    expect([pool.forwarded, hold.heldCount, ends]).toEqual([[], 1, []]);
  });

  it('that is resumed while the upstream is away lets go what is held when it is back', () => {
    hold.pause();
    hold.forward(permitOf('a'), sink);
    hold.stop();

    hold.resume();
    expect(pool.forwarded).toEqual([]);
    hold.start();

    expect(pool.forwarded).toEqual(['a']);
  });

  it('in a full room, makes whoever has most waiting give up its last for somebody who has less', () => {
    hold.pause();
    for (const user of ['a', 'a', 'a', 'b']) hold.forward(permitOf(user), sink);

    expect(ends).toEqual(['no-lease']);
    hold.resume();
    expect(pool.forwarded).toEqual(['a', 'b', 'a']);
  });

  it('refuses whoever has most waiting in a full room', async () => {
    hold.pause();
    for (const user of ['a', 'a', 'a', 'a']) hold.forward(permitOf(user), sink);
    await Promise.resolve();

    expect([ends, hold.heldCount]).toEqual([['no-lease'], 3]);
  });

  it('forgets what nobody wants any more, and passes on what is abandoned later', () => {
    hold.pause();
    const [early, late] = [hold.forward(permitOf('a'), sink), hold.forward(permitOf('b'), sink)];
    early.abandon();
    hold.resume();
    late.abandon();

    expect([pool.forwarded, pool.abandoned, ends]).toEqual([['b'], ['b'], []]);
  });

  it('lets nothing follow what is in flight', () => {
    const lease = hold.forward(permitOf('a'), sink);
    expect(lease.hasRoom).toBe(true);

    hold.pause();
    expect(lease.hasRoom).toBe(false);
    hold.resume();

    expect(lease.hasRoom).toBe(true);
  });

  it('answers what was held too long', async () => {
    hold = new ActionHold(pool, { leaseWaitTimeoutMs: 1, maxWaitingActions: 3 });
    hold.pause();
    hold.forward(permitOf('a'), sink);

    await expect.poll(() => ends).toEqual(['no-lease']);
    expect(hold.heldCount).toBe(0);
  });
});

describe('waiting until nothing is in flight', () => {
  it('ends when that is so', async () => {
    pool.leased = 1;
    const idle = hold.waitUntilIdle(10_000, never);
    pool.leased = 0;

    expect(await idle).toBe(true);
  });

  it('gives up after its time, and when nobody waits any more', async () => {
    pool.leased = 1;
    const gone = new AbortController();
    const abandoned = hold.waitUntilIdle(10_000, gone.signal);
    gone.abort();

    expect(await hold.waitUntilIdle(0, never)).toBe(false);
    expect(await abandoned).toBe(false);
  });
});
