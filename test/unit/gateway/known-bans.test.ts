import { beforeEach, describe, expect, it } from 'vitest';
import { KnownBans } from '../../../src/gateway/known-bans.js';

let nowMs: number;
let bans: KnownBans;
beforeEach(() => {
  nowMs = 1000;
  bans = new KnownBans(() => nowMs);
});

const ADDRESS = { kind: 'address', network: '192.0.2.7' } as const;

describe('known bans', () => {
  it('are in force until their time is over', () => {
    bans.note(ADDRESS, 500, 3);
    nowMs = 1499;
    expect(bans.has(ADDRESS)).toBe(true);
    expect(bans.all).toEqual([{ ban: ADDRESS, sinceMs: 1000, untilMs: 1500, failures: 3 }]);

    nowMs = 1500;

    expect(bans.has(ADDRESS)).toBe(false);
    expect(bans.all).toEqual([]);
  });

  it('keep when they began where they are noted again', () => {
    bans.note(ADDRESS, 500, 3);
    nowMs = 1100;

    bans.note(ADDRESS, 900, 5);

    expect(bans.all).toEqual([{ ban: ADDRESS, sinceMs: 1000, untilMs: 2000, failures: 5 }]);
  });

  it('tell an address from a user there, and take users in any case', () => {
    bans.note({ kind: 'account', network: '192.0.2.7', user: 'Admin' }, 500, 3);

    expect(bans.has(ADDRESS)).toBe(false);
    expect(bans.forget({ kind: 'account', network: '192.0.2.7', user: 'admin' })).toBe(true);
    expect(bans.forget({ kind: 'account', network: '192.0.2.7', user: 'admin' })).toBe(false);
  });

  it('never drop a banned address for the locks of others, however many', () => {
    bans.note(ADDRESS, 500, 3);

    for (let count = 0; count < 20_010; count++) bans.note({ kind: 'slow', user: `u${count}` }, 500, 1);

    expect(bans.has(ADDRESS)).toBe(true);
    expect(bans.all).toHaveLength(20_000);
  });
});
