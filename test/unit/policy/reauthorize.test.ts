import { describe, expect, it } from 'vitest';
import { CLASS_BITS, NO_CLASSES } from '../../../src/ami/privilege.js';
import { aclOf, compileRuleSet } from '../../../src/policy/acl.js';
import { compileEventFilter, type EventFilter, eventFiltersOf, NO_FILTERS } from '../../../src/policy/event-filter.js';
import type { Policies, Policy } from '../../../src/policy/policy.js';
import { reauthorize, sessionFilters } from '../../../src/policy/reauthorize.js';

const ANN: Policy = {
  user: 'ann',
  credentials: { kind: 'secret', secret: 's' },
  certificateName: null,
  acl: aclOf(null, []),
  read: NO_CLASSES,
  write: NO_CLASSES,
  filters: NO_FILTERS,
  actionFilters: [],
  actionRates: [],
  isEnforced: true,
  setvar: [],
  allowMultipleLogin: true,
  maxSessions: null,
  displayConnects: true,
  writeTimeoutMs: 100,
};
const hash = (byte: number) => ({
  kind: 'scrypt' as const,
  hash: { cost: { n: 16_384, r: 8, p: 1 }, salt: Buffer.alloc(16), hash: Buffer.alloc(32, byte) },
});

function usersOf(...policies: readonly Policy[]): Policies {
  return { users: new Map(policies.map((policy) => [policy.user.toLowerCase(), policy])) };
}

function onlyFrom(text: string) {
  const rules = compileRuleSet([
    { sense: 'deny', text: '0.0.0.0/0', place: null },
    { sense: 'permit', text, place: null },
  ]);
  if (!rules.ok) throw new Error(rules.failure.message);
  return aclOf(rules.value, []);
}

describe('a session after a reload', () => {
  it.each<[string, Partial<Policy>]>([
    ['classes', { read: CLASS_BITS.call, write: CLASS_BITS.system }],
    ['the spelling of its user', { user: 'ANN' }],
    ['maxsessions', { maxSessions: 1, allowMultipleLogin: false }],
    ['an ACL that permits it', { acl: onlyFrom('192.0.2.1') }],
  ])('goes on with another policy: %s', (_name, change) => {
    const policy = { ...ANN, ...change };

    expect(reauthorize(usersOf(policy), ANN, '192.0.2.1')).toEqual({ kind: 'kept', policy });
  });

  it.each<[string, Partial<Policy>, Partial<Policy>]>([
    ['the secret', {}, { credentials: { kind: 'secret', secret: 't' } }],
    ['the case of the secret', {}, { credentials: { kind: 'secret', secret: 'S' } }],
    ['a secret that became a hash', {}, { credentials: hash(1) }],
    ['the hash', { credentials: hash(1) }, { credentials: hash(2) }],
    ['a certificate that is asked for now', {}, { certificateName: 'ann.test' }],
    ['the name in the certificate', { certificateName: 'a' }, { certificateName: 'b' }],
    [
      'a certificate that suffices now',
      { certificateName: 'a' },
      { certificateName: 'a', credentials: { kind: 'certificate' } },
    ],
  ])('ends when what proves its user is another: %s', (_name, before, after) => {
    const verdict = reauthorize(usersOf({ ...ANN, ...after }), { ...ANN, ...before }, '192.0.2.1');

    expect(verdict).toEqual({ kind: 'expelled', reason: 'secret-changed' });
  });

  it.each<[string, Partial<Policy>]>([
    ['hash', { credentials: hash(1) }],
    ['certificate', { credentials: { kind: 'certificate' }, certificateName: 'a' }],
  ])('goes on with the same %s', (_name, proof) => {
    const policy = { ...ANN, ...proof };

    expect(reauthorize(usersOf({ ...policy }), policy, '192.0.2.1')).toEqual({ kind: 'kept', policy });
  });

  it('ends when its user is gone', () => {
    const verdict = reauthorize(usersOf({ ...ANN, user: 'bob' }), ANN, '192.0.2.1');

    expect(verdict).toEqual({ kind: 'expelled', reason: 'user-removed' });
  });

  it('ends when its address is refused', () => {
    const verdict = reauthorize(usersOf({ ...ANN, acl: onlyFrom('192.0.2.2') }), ANN, '192.0.2.1');

    expect(verdict).toEqual({ kind: 'expelled', reason: 'address-refused' });
  });
});

describe('the filters of a session', () => {
  const [own, include, exclude] = [filterOf('Own'), filterOf('More'), filterOf('!Less')];

  it('are those of its user and its own', () => {
    const policy = { ...ANN, filters: eventFiltersOf([own]), write: CLASS_BITS.system };

    expect(sessionFilters(policy, [include, exclude])).toEqual(eventFiltersOf([own, include, exclude]));
  });

  it('count no include that widens what a user without system may see', () => {
    const policy = { ...ANN, filters: eventFiltersOf([own]) };

    expect(sessionFilters(policy, [include, exclude])).toEqual(eventFiltersOf([own, exclude]));
  });

  it('leave out those of a user whose rules are not enforced', () => {
    const policy = { ...ANN, filters: eventFiltersOf([own]), isEnforced: false };

    expect(sessionFilters(policy, [include])).toEqual(eventFiltersOf([include]));
  });

  it('count an include that narrows', () => {
    expect(sessionFilters(ANN, [include])).toEqual(eventFiltersOf([include]));
  });
});

function filterOf(value: string): EventFilter {
  const filter = compileEventFilter({ option: 'eventfilter', value });
  if (!filter.ok) throw new Error(filter.failure.reason);
  return filter.value;
}
