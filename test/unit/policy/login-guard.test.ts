import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultAuthShare, findAdmissionRefusal } from '../../../src/policy/admission.js';
import { canonicalAddress, networkOf } from '../../../src/policy/client-address.js';
import {
  countsAgainstAccount,
  countsAgainstAddress,
  findGuardRefusal,
  isGuardRefusal,
  judgeFailure,
} from '../../../src/policy/login-guard.js';
import { paceLogin } from '../../../src/policy/login-pace.js';
import { compileNetworks, containsAddress, NO_NETWORKS } from '../../../src/policy/networks.js';

describe('the network of an address', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::ffff:c000:207', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['fe80::1%a\nb', 'fe80:0:0:0::/64'],
    ['unknown', 'unknown'],
    ['::zz', '::zz'],
  ])('of %s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it.each([
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['::FFFF:1.2.3.4', '1.2.3.4'],
    ['::ffff:1.255.3.255', '1.255.3.255'],
    ['1::ffff:102:304', '1::ffff:102:304'],
    ['0:0:0:0:1:ffff:102:304', '::1:ffff:102:304'],
    ['fe80::1%eth0', 'fe80::1'],
    ['1.2.3.4', '1.2.3.4'],
  ])('%s is spelt %s', (address, canonical) => {
    expect(canonicalAddress(address)).toBe(canonical);
  });

  it('is one for a whole /64, and another for the next', () => {
    const group = fc.integer({ min: 0, max: 0xffff });
    const groups = (length: number) => fc.array(group, { minLength: length, maxLength: length });
    const write = (all: readonly number[]) => all.map((each) => each.toString(16)).join(':');
    fc.assert(
      fc.property(groups(3), group, groups(4), groups(4), (site, subnet, one, other) => {
        const here = (host: readonly number[]) => networkOf(write([0x2001, ...site.slice(1), subnet, ...host]));
        const next = networkOf(write([0x2001, ...site.slice(1), subnet ^ 1, ...one]));
        return here(one) === here(other) && here(one) !== next;
      }),
    );
  });
});

describe('a list of trusted networks', () => {
  function has(list: string, address: string): boolean {
    const networks = compileNetworks(list);
    return networks.ok && containsAddress(networks.value, address);
  }

  it.each([
    ['10.0.0.0/8', '10.1.2.3', true],
    ['10.0.0.0/8', '11.1.2.3', false],
    ['10.0.0.0/8, 2001:db8::/32', '2001:db8::1', true],
    ['10.0.0.0/8', '2001:db8::1', false],
    ['10.0.0.0/255.0.0.0', '10.9.9.9', true],
    ['10.0.0.0/8,!10.0.0.5', '10.0.0.5', false],
    ['127.0.0.1', '::ffff:127.0.0.1', true],
    ['fe80::1234', 'fe80::1234', true],
    ['none', '127.0.0.1', false],
  ])('%s and %s: %s', (list, address, expected) => {
    expect(has(list, address)).toBe(expected);
  });

  it.each([
    '',
    '10',
    '010.0.0.1',
    '10.0.0.08',
    '10.0.0.0/0377.0.0.0',
    '10.0.0.0/0x18',
    '10.0.0.0/33',
    '10.0.0.0/',
    'localhost',
    '10.0.0.1,',
    '10.0.0.1 10.0.0.2',
    'x10.0.0.1',
    '10.0.0.1/8/8',
    '::1/129',
  ])('is refused as %j', (list) => {
    expect(compileNetworks(list).ok).toBe(false);
  });

  it('is none with blanks around the word, too', () => {
    expect(compileNetworks(' none ')).toEqual({ ok: true, value: NO_NETWORKS });
  });

  it('names the first entry that is wrong', () => {
    expect(compileNetworks('x,y')).toEqual({ ok: false, failure: 'x' });
  });

  it('without entries has nobody', () => {
    expect(containsAddress(NO_NETWORKS, '127.0.0.1')).toBe(false);
  });
});

describe('admission', () => {
  const limits = {
    maxUnauthenticated: 50,
    maxUnauthenticatedPerAddress: 10,
    maxConnections: 100,
    maxConnectionsPerAddress: 20,
  };
  const nobody = { unauthenticated: 0, unauthenticatedOfAddress: 0, connections: 0, connectionsOfAddress: 0 };

  it.each([
    [{}, null],
    [{ unauthenticated: 49, unauthenticatedOfAddress: 9, connections: 99, connectionsOfAddress: 19 }, null],
    [{ unauthenticated: 50 }, 'auth-limit'],
    [{ unauthenticatedOfAddress: 10 }, 'address-auth-limit'],
    [{ connections: 100 }, 'session-limit'],
    [{ connectionsOfAddress: 20 }, 'address-limit'],
  ])('of %j is %s', (counts, refusal) => {
    expect(findAdmissionRefusal({ ...nobody, ...counts }, limits)).toBe(refusal);
  });

  it.each([
    [50, 40],
    [1, 1],
    [2, 1],
    [3, 2],
    [19, 10],
    [20, 16],
    [101, 81],
  ])('gives an address, of an authlimit of %i, %i', (authLimit, share) => {
    expect(defaultAuthShare(authLimit)).toBe(share);
  });
});

const LIMITS = { penaltyMs: 1000, maxPenaltyMs: 8000, maxFailures: 10, maxAccountFailures: 5, maxUserFailures: 50 };

describe('an attempt', () => {
  const clean = { isBanned: false, isLocked: false, isKnown: false, userFailures: 0, hasTurn: false };

  it.each([
    [{}, null],
    [{ isBanned: true, isKnown: true }, 'banned'],
    [{ isLocked: true, isKnown: true }, 'locked'],
    [{ userFailures: 49 }, null],
    [{ userFailures: 50 }, 'slowed'],
    [{ userFailures: 50, hasTurn: true }, null],
    [{ userFailures: 1_000_000, isKnown: true }, null],
  ])('with %j: %s', (record, refusal) => {
    expect(findGuardRefusal({ ...clean, ...record }, LIMITS)).toBe(refusal);
  });
});

describe('a failure', () => {
  it.each([
    [1, 1000],
    [2, 2000],
    [3, 4000],
    [4, 8000],
    [5, 8000],
    [5000, 8000],
  ])('number %i of an address waits %i ms, whichever the account', (address, penaltyMs) => {
    const account = { atAddress: address, overAll: address };

    expect(judgeFailure({ address, account: null }, LIMITS).penaltyMs).toBe(penaltyMs);
    expect(judgeFailure({ address, account }, LIMITS).penaltyMs).toBe(penaltyMs);
  });

  it('bans the address with the last one that is allowed, and with none before', () => {
    expect(judgeFailure({ address: 9, account: null }, LIMITS).bansAddress).toBe(false);
    expect(judgeFailure({ address: 10, account: null }, LIMITS).bansAddress).toBe(true);
  });

  it('locks the account by its failures at the address alone', () => {
    const judge = (atAddress: number) => judgeFailure({ address: 1, account: { atAddress, overAll: 1000 } }, LIMITS);

    expect(judge(4).locksAccount).toBe(false);
    expect(judge(5).locksAccount).toBe(true);
  });

  it('begins the slow mode once', () => {
    const judge = (overAll: number) => judgeFailure({ address: 1, account: { atAddress: 1, overAll } }, LIMITS);

    expect([49, 50, 51].map((overAll) => judge(overAll).slowsUser)).toEqual([false, true, false]);
  });

  it.each(['unknown-user', 'acl', 'missing-username', 'no-challenge', 'locked', 'slowed', 'banned'] as const)(
    'by %s is no guess at the account',
    (reason) => {
      expect(countsAgainstAccount(reason)).toBe(false);
    },
  );

  it.each(['bad-secret', 'bad-key', 'hashed-secret'] as const)('by %s is one', (reason) => {
    expect(countsAgainstAccount(reason)).toBe(true);
  });
});

describe('a refusal of a login', () => {
  it.each([
    ['banned', true],
    ['locked', true],
    ['slowed', true],
    ['bad-secret', false],
  ] as const)('by %s is one of the guard: %s', (reason, expected) => {
    expect(isGuardRefusal(reason)).toBe(expected);
  });

  it.each([
    ['session-limit', false],
    ['busy', false],
    ['bad-secret', true],
    ['unknown-user', true],
    ['banned', true],
  ] as const)('by %s counts against the address: %s', (reason, expected) => {
    expect(countsAgainstAddress(reason)).toBe(expected);
  });
});

describe('the pace of logins', () => {
  const pace = { perSecond: 10, mostWaiting: 5 };

  function waitsOf(count: number): readonly number[] {
    let takenUntilMs = 0;
    return Array.from({ length: count }, () => {
      const login = paceLogin(pace, takenUntilMs, 10_000);
      takenUntilMs = login.takenUntilMs;
      return login.waitMs;
    });
  }

  it('lets one second of logins through at once, and the others one after the other', () => {
    expect(waitsOf(13)).toEqual([...Array(10).fill(0), 100, 200, 300]);
  });

  it('makes nobody wait for clients that have gone: the schedule has an end', () => {
    expect(waitsOf(1000).at(-1)).toBe(500);
  });

  it('forgets what lies in the past', () => {
    expect(paceLogin(pace, 5000, 10_000)).toEqual({ waitMs: 0, takenUntilMs: 10_100 });
  });
});
