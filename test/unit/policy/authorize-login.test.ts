import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Acl, aclOf, compileRuleSet, REFUSE_ALL } from '../../../src/policy/acl.js';
import {
  authorizeLogin,
  isLoginInUse,
  LOGIN_REFUSAL_EVENTS,
  type LoginRequest,
} from '../../../src/policy/authorize-login.js';
import { type Policies, type Policy, userKey } from '../../../src/policy/policy.js';

describe('a login', () => {
  it('is accepted with the secret, the name in any case', () => {
    expect(verdict({})).toBe('accepted');
    expect(verdict({ username: 'ALICE' })).toBe('accepted');
    expect(verdict({ authType: 'plain' })).toBe('accepted');
  });

  it('is accepted with the key to the challenge, whatever the secret says', () => {
    expect(verdict({ authType: 'mD5', secret: '', challenge: '42', key: keyTo('42') })).toBe('accepted');
  });

  it('is refused without a name, for an unknown user and for a wrong secret', () => {
    expect(verdict({ username: '' })).toBe('missing-username');
    expect(verdict({ username: 'mallory' })).toBe('unknown-user');
    expect(verdict({ username: 'alice ' })).toBe('unknown-user');
    expect(verdict({ username: '__proto__' })).toBe('unknown-user');
    expect(verdict({ secret: 'wrong' })).toBe('bad-secret');
    expect(verdict({ secret: '' })).toBe('bad-secret');
  });

  it('is refused for the address before the secret is looked at', () => {
    expect(verdict({ address: '192.0.2.1' })).toBe('acl');
    expect(verdict({ address: '192.0.2.1', secret: 'wrong' })).toBe('acl');
    expect(verdict({ address: '192.0.2.1', authType: 'MD5' })).toBe('acl');
    expect(verdict({ address: '::ffff:192.0.2.1' })).toBe('acl');
    expect(verdict({ address: 'unreadable' })).toBe('acl');
    expect(verdict({ username: 'locked', secret: 'pass' })).toBe('acl');
  });

  it('by key is refused without key, without challenge and for a wrong key', () => {
    expect(verdict({ authType: 'MD5', challenge: '42' })).toBe('missing-key');
    expect(verdict({ authType: 'MD5', challenge: null, key: keyTo('') })).toBe('no-challenge');
    expect(verdict({ authType: 'MD5', challenge: '', key: keyTo('') })).toBe('no-challenge');
    expect(verdict({ authType: 'MD5', challenge: '42', key: keyTo('43') })).toBe('bad-key');
    expect(verdict({ authType: 'MD5', challenge: '42', key: keyTo('42').toUpperCase() })).toBe('bad-key');
  });

  it('of a user without a secret is never accepted', () => {
    const key = createHash('md5').update('42').digest('hex');

    expect(verdict({ username: 'nosecret', secret: '' })).toBe('no-secret');
    expect(verdict({ username: 'nosecret', secret: '(null)' })).toBe('no-secret');
    expect(verdict({ username: 'nosecret', authType: 'MD5', challenge: '42', key })).toBe('no-secret');
  });

  it('raises the security event that Asterisk raises', () => {
    expect(LOGIN_REFUSAL_EVENTS).toEqual({
      'missing-username': null,
      'unknown-user': 'InvalidAccountID',
      acl: 'FailedACL',
      'no-certificate': 'InvalidPassword',
      'no-secret': null,
      'hashed-secret': 'InvalidPassword',
      'no-challenge': null,
      'missing-key': null,
      'bad-key': 'ChallengeResponseFailed',
      'bad-secret': 'InvalidPassword',
      busy: null,
      'session-limit': 'SessionLimit',
    });
  });
});

describe('a user who may log in once', () => {
  it('is in use as soon as one session has the name', () => {
    expect(isLoginInUse(POLICIES, 'SINGLE', 1)).toBe(true);
    expect(isLoginInUse(POLICIES, 'single', 0)).toBe(false);
  });

  it('is no other user, and nobody', () => {
    expect(isLoginInUse(POLICIES, 'alice', 3)).toBe(false);
    expect(isLoginInUse(POLICIES, 'mallory', 3)).toBe(false);
    expect(isLoginInUse(POLICIES, '', 3)).toBe(false);
  });
});

const POLICIES = policiesOf([
  policyOf({ user: 'Alice', acl: denying('192.0.2.0/24') }),
  policyOf({ user: 'locked', acl: REFUSE_ALL }),
  policyOf({ user: 'nosecret', credentials: { kind: 'secret', secret: '' } }),
  policyOf({ user: 'single', allowMultipleLogin: false }),
]);

function verdict(part: Partial<LoginRequest>): string {
  const request = { username: 'alice', secret: 'pass', authType: '', key: '', challenge: null, address: '127.0.0.1', certificateNames: [] };
  const decided = authorizeLogin(POLICIES, { ...request, ...part });
  return decided.kind === 'refused' ? decided.reason : decided.kind;
}

function keyTo(challenge: string): string {
  return createHash('md5').update(`${challenge}pass`).digest('hex');
}

function denying(text: string): Acl {
  const set = compileRuleSet([{ sense: 'deny', text }]);
  return set.ok ? aclOf(set.value, []) : REFUSE_ALL;
}

function policiesOf(policies: readonly Policy[]): Policies {
  return { users: new Map(policies.map((policy) => [userKey(policy.user), policy])) };
}

function policyOf(part: Partial<Policy>): Policy {
  return {
    user: 'someone',
    credentials: { kind: 'secret', secret: 'pass' },
    certificateName: null,
    acl: aclOf(null, []),
    read: 0,
    write: 0,
    // A login looks at no filter.
    filters: JSON.parse('null'),
    actionFilters: [],
    actionRates: [],
    setvar: [],
    allowMultipleLogin: true,
    maxSessions: null,
    displayConnects: true,
    writeTimeoutMs: 100,
    ...part,
  };
}
