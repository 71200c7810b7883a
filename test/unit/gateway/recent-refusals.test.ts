import { describe, expect, it } from 'vitest';
import { CLASS_BITS } from '../../../src/ami/privilege.js';
import { describeDenial, RecentRefusals, type Refusal } from '../../../src/gateway/recent-refusals.js';

const REFUSAL: Refusal = {
  kind: 'action',
  user: 'crm',
  address: '192.0.2.7',
  what: 'Originate',
  reason: 'argument',
  rule: null,
};

describe('recent refusals', () => {
  it('come the newest first, and what repeats itself once, with how often', () => {
    let nowMs = 0;
    const refusals = new RecentRefusals(() => ++nowMs);
    refusals.add(REFUSAL);
    refusals.add({ ...REFUSAL, what: 'Hangup' });

    refusals.add(REFUSAL);

    expect(refusals.all.map(({ what, times, atMs }) => [what, times, atMs])).toEqual([
      ['Originate', 2, 3],
      ['Hangup', 1, 2],
    ]);
  });

  it('are fifty of each kind, so that guessers do not push out what was refused to users', () => {
    const refusals = new RecentRefusals(() => 0);
    refusals.add(REFUSAL);

    for (let count = 0; count < 1000; count++) refusals.add({ ...REFUSAL, kind: 'login', user: `u${count}` });

    const logins = refusals.all.filter(({ kind }) => kind === 'login');
    expect(logins.map(({ user }) => user)).toEqual(Array.from({ length: 50 }, (_, index) => `u${950 + index}`));
    expect(refusals.all).toHaveLength(51);
  });

  it('say what would have been needed', () => {
    const needs = [CLASS_BITS.system | CLASS_BITS.command, CLASS_BITS.config];

    expect(describeDenial({ reason: 'missing-class', needs }).rule).toBe('needs system or command, and config');
    expect(describeDenial({ reason: 'argument', rule: 'config-file', header: 'Filename', message: '' }).rule).toBe(
      'config-file, Filename',
    );
    expect(describeDenial({ reason: 'action-rate' })).toEqual({ reason: 'action-rate', rule: null });
  });
});
