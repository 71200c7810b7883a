import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ActionRates } from '../../../src/gateway/action-rates.js';
import { type ActionRate, hasToken } from '../../../src/policy/action-rate.js';

const rate = (action: string | null, count: number, periodMs: number): ActionRate => ({
  action,
  count,
  periodMs,
  place: 'manager.conf:1',
});

describe('a token', () => {
  it('may lack what fractions lose, and no more', () => {
    expect(hasToken({ tokens: 1 - 1e-9, atMs: 0 })).toBe(true);
    expect(hasToken({ tokens: 1 - 1.5e-9, atMs: 0 })).toBe(false);
  });
});

describe('an action rate', () => {
  it('lets so many through at once, then one for each share of the period', () => {
    const { admits, clock } = ratesOf([rate(null, 3, 3000)]);

    expect([admits('A'), admits('B'), admits('C'), admits('D')]).toEqual([true, true, true, false]);
    clock.ms = 999;
    expect(admits('A')).toBe(false);
    clock.ms = 1000;
    expect([admits('A'), admits('A')]).toEqual([true, false]);
  });

  it('never saves up more than its count', () => {
    const { admits, clock } = ratesOf([rate(null, 2, 1000)]);

    clock.ms = 1_000_000;

    expect([admits('A'), admits('A'), admits('A')]).toEqual([true, true, false]);
  });

  it('of one action counts no other, in any case of its name', () => {
    const { admits } = ratesOf([rate('originate', 1, 60_000)]);

    expect([admits('Originate'), admits('ORIGINATE'), admits('Hangup'), admits('Hangup')]).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });

  it('takes nothing from one rate when another refuses', () => {
    const { admits } = ratesOf([rate('originate', 1, 60_000), rate(null, 2, 60_000)]);

    const outcomes = [
      admits('Originate'),
      admits('Originate'),
      admits('Originate'),
      admits('Hangup'),
      admits('Hangup'),
    ];

    expect(outcomes).toEqual([true, false, false, true, false]);
  });

  it('gains nothing when the clock goes back', () => {
    const { admits, clock } = ratesOf([rate(null, 1, 1000)]);
    clock.ms = 5000;
    admits('A');

    clock.ms = 1000;
    expect(admits('A')).toBe(false);
    clock.ms = 5999;
    expect(admits('A')).toBe(false);
    clock.ms = 6000;
    expect(admits('A')).toBe(true);
  });

  it('is shared by the sessions of a user, and by no other user', () => {
    const rates = new ActionRates(() => 0);
    const actionRates = [rate(null, 1, 1000)];

    expect(rates.admits({ user: 'alice', actionRates }, 'A')).toBe(true);
    expect(rates.admits({ user: 'alice', actionRates }, 'A')).toBe(false);
    expect(rates.admits({ user: 'bob', actionRates }, 'A')).toBe(true);
  });

  it('never lets more through than count and time allow', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 10_000 }),
        fc.array(fc.integer({ min: 0, max: 2000 }), { maxLength: 100 }),
        (count, periodMs, pauses) => {
          const { admits, clock } = ratesOf([rate(null, count, periodMs)]);
          const passed = pauses.filter((pauseMs) => {
            clock.ms += pauseMs;
            return admits('A');
          }).length;
          expect(passed).toBeLessThanOrEqual(count + (clock.ms * count) / periodMs + 1e-6);
        },
      ),
    );
  });
});

function ratesOf(actionRates: readonly ActionRate[]) {
  const clock = { ms: 0 };
  const rates = new ActionRates(() => clock.ms);
  return { clock, admits: (action: string) => rates.admits({ user: 'someone', actionRates }, action) };
}
