import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Acl, aclOf, compileRuleSet, REFUSE_ALL } from '../../../src/policy/acl.js';
import {
  authorizeDigest,
  authorizeLogin,
  hasRoom,
  isLoginInUse,
  LOGIN_REFUSAL_EVENTS,
  type LoginRequest,
} from '../../../src/policy/authorize-login.js';
import { digestResponse } from '../../../src/policy/digest.js';
import { findPolicy, type Policies, type Policy, userKey } from '../../../src/policy/policy.js';

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

  it('is refused for a name that only begins like that of a user, however long', () => {
    const long = policyOf({ user: 'n'.repeat(79) });

    expect(findPolicy(policiesOf([long]), 'N'.repeat(79))).toBe(long);
    expect(findPolicy(policiesOf([long]), 'n'.repeat(80))).toBeNull();
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

  it('of a user with a hash is weighed by who can wait, and the outcome decides', () => {
    expect(weighed({ username: 'hashed', secret: 'x' }, 'equal')).toBe('accepted');
    expect(weighed({ username: 'hashed', secret: 'x' }, 'different')).toBe('bad-secret');
    expect(weighed({ username: 'hashed', address: '192.0.2.1' }, 'equal')).toBe('acl');
  });

  it('that fails costs what the dearest hash of all costs, and equals none', () => {
    const dear = { ...HASH, cost: { ...HASH.cost, n: 32_768 }, hash: Buffer.alloc(33, 3) };
    const both = [HASH, dear].map((hash, index) =>
      policyOf({ user: `u${index}`, credentials: { kind: 'scrypt', hash } }),
    );
    const costs = [both, both.toReversed()].map((users) => {
      const step = authorizeLogin(policiesOf(users), requestOf({ username: 'mallory', secret: 'x' }));
      return step.kind === 'weigh' ? step.weighing : null;
    });

    const weighing = { secret: 'x', hash: { ...dear, hash: Buffer.alloc(33) } };
    expect(costs).toEqual([weighing, weighing]);
  });

  it('of a user with a hash is never accepted for a key, not even one over an empty secret', () => {
    const key = createHash('md5').update('42').digest('hex');

    expect(verdict({ username: 'hashed', authType: 'MD5', challenge: '42', key }, HASHED)).toBe('hashed-secret');
  });

  it('is weighed for everybody who fails where one user has a hash, and equality proves nothing then', () => {
    expect(weighed({ username: 'mallory', secret: 'x' }, 'equal')).toBe('unknown-user');
    expect(weighed({ username: 'alice', secret: 'wrong' }, 'equal')).toBe('bad-secret');
    expect(weighed({ username: 'nosecret', secret: '' }, 'equal')).toBe('no-secret');
    expect(weighed({ username: 'crm', certificateNames: [] }, 'equal')).toBe('no-certificate');
    expect(verdict({ username: 'alice' }, HASHED)).toBe('accepted');
    expect(verdict({ username: '' }, HASHED)).toBe('missing-username');
  });

  it('of a user with tls_user needs the name in the certificate, exactly', () => {
    expect(verdict({ username: 'both', certificateNames: ['x', 'both.example'] })).toBe('accepted');
    expect(verdict({ username: 'both', certificateNames: [] })).toBe('no-certificate');
    expect(verdict({ username: 'both', certificateNames: ['BOTH.example'] })).toBe('no-certificate');
    expect(verdict({ username: 'both', certificateNames: ['both.example.org', ''] })).toBe('no-certificate');
    expect(verdict({ username: 'both', certificateNames: ['both.example'], secret: 'wrong' })).toBe('bad-secret');
    expect(verdict({ username: 'both', certificateNames: ['both.example'], authType: 'MD5' })).toBe('missing-key');
  });

  it('of a user without a secret is accepted for the certificate alone, and for nothing else', () => {
    expect(verdict({ username: 'crm', secret: '', certificateNames: ['crm.example'] })).toBe('accepted');
    expect(verdict({ username: 'crm', authType: 'MD5', certificateNames: ['crm.example'] })).toBe('accepted');
    expect(verdict({ username: 'crm', secret: '', certificateNames: ['both.example'] })).toBe('no-certificate');
    expect(verdict({ username: 'crm', secret: '' })).toBe('no-certificate');
    expect(verdict({ username: 'alice', secret: '', certificateNames: ['alice', 'crm.example'] })).toBe('bad-secret');
  });

  it('over HTTP is refused to users with a hash or a certificate, whatever the digest', () => {
    const claim = { username: 'hashed', nonce: 'n', uri: '/', response: '', use: null };
    const terms = { realm: 'asterisk', method: 'GET' };
    const digest = (username: string) => {
      const response = digestResponse(username, '', claim, terms);
      const decided = authorizeDigest(HASHED, { ...claim, username, response }, terms, '127.0.0.1');
      return decided.kind === 'refused' ? decided.reason : decided.kind;
    };

    expect([digest('hashed'), digest('crm'), digest('both'), digest('nosecret')]).toEqual([
      'hashed-secret',
      'no-certificate',
      'no-certificate',
      'no-secret',
    ]);
  });

  it('over HTTP is decided like any other', () => {
    const claim = { username: 'ALICE', nonce: 'n', uri: '/', response: '', use: null };
    const terms = { realm: 'asterisk', method: 'GET' };
    const digest = (changed: Partial<typeof claim> & { secret?: string; address?: string }) => {
      const { secret = 'pass', address = '127.0.0.1', ...rest } = changed;
      const response = digestResponse('Alice', secret, { ...claim, ...rest }, terms);
      const decided = authorizeDigest(POLICIES, { ...claim, ...rest, response }, terms, address);
      return decided.kind === 'refused' ? decided.reason : decided.policy.user;
    };

    expect(digest({})).toBe('Alice');
    expect(digest({ secret: 'wrong' })).toBe('bad-key');
    expect(digest({ username: 'mallory' })).toBe('unknown-user');
    expect(digest({ address: '192.0.2.1' })).toBe('acl');
    expect(digest({ username: 'locked' })).toBe('acl');
  });

  it.each([
    ['InvalidAccountID', ['unknown-user']],
    ['FailedACL', ['acl']],
    ['InvalidPassword', ['no-certificate', 'hashed-secret', 'bad-secret']],
    ['ChallengeResponseFailed', ['bad-key']],
    ['SessionLimit', ['session-limit']],
    [null, ['missing-username', 'no-secret', 'no-challenge', 'missing-key', 'busy']],
  ])('raises %s for these refusals and no others, as Asterisk does', (event, reasons) => {
    const raising = Object.entries(LOGIN_REFUSAL_EVENTS).filter(([, raised]) => raised === event);

    expect(raising.map(([reason]) => reason)).toEqual(reasons);
  });
});

describe('a user with maxsessions', () => {
  it('has room for as many, and a user who may log in once for one', () => {
    expect(hasRoom(policyOf({ maxSessions: 2 }), 1)).toBe(true);
    expect(hasRoom(policyOf({ maxSessions: 2 }), 2)).toBe(false);
    expect(hasRoom(policyOf({ maxSessions: null }), 1000)).toBe(true);
    expect(hasRoom(policyOf({ maxSessions: 5, allowMultipleLogin: false }), 0)).toBe(true);
    expect(hasRoom(policyOf({ maxSessions: 5, allowMultipleLogin: false }), 1)).toBe(false);
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

const CERTIFIED = [
  policyOf({ user: 'both', certificateName: 'both.example' }),
  policyOf({ user: 'crm', certificateName: 'crm.example', credentials: { kind: 'certificate' } }),
];
const POLICIES = policiesOf([
  ...CERTIFIED,
  policyOf({ user: 'Alice', acl: denying('192.0.2.0/24') }),
  policyOf({ user: 'locked', acl: REFUSE_ALL }),
  policyOf({ user: 'nosecret', credentials: { kind: 'secret', secret: '' } }),
  policyOf({ user: 'single', allowMultipleLogin: false }),
]);

const HASH = { cost: { n: 16_384, r: 8, p: 1 }, salt: Buffer.alloc(16, 1), hash: Buffer.alloc(32, 2) };
const HASHED = policiesOf([
  ...POLICIES.users.values(),
  policyOf({ user: 'hashed', credentials: { kind: 'scrypt', hash: HASH }, acl: denying('192.0.2.0/24') }),
]);

/** What becomes of a login that must be weighed. */
function weighed(part: Partial<LoginRequest>, outcome: 'equal' | 'different'): string {
  const step = authorizeLogin(HASHED, requestOf(part));
  if (step.kind !== 'weigh') return `${step.kind} at once`;
  const settled = step.settle(outcome === 'equal');
  return settled.kind === 'accepted' ? settled.kind : settled.reason;
}

function verdict(part: Partial<LoginRequest>, policies: Policies = POLICIES): string {
  const decided = authorizeLogin(policies, requestOf(part));
  return decided.kind === 'refused' ? decided.reason : decided.kind;
}

function requestOf(part: Partial<LoginRequest>): LoginRequest {
  const request = {
    username: 'alice',
    secret: 'pass',
    authType: '',
    key: '',
    challenge: null,
    address: '127.0.0.1',
    certificateNames: [],
  };
  return { ...request, ...part };
}

function keyTo(challenge: string): string {
  return createHash('md5').update(`${challenge}pass`).digest('hex');
}

function denying(text: string): Acl {
  const set = compileRuleSet([{ sense: 'deny', text, place: null }]);
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
    isEnforced: true,
    setvar: [],
    allowMultipleLogin: true,
    maxSessions: null,
    displayConnects: true,
    writeTimeoutMs: 100,
    ...part,
  };
}
