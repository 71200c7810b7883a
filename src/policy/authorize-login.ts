/** Decides a login in Asterisk's order (ami-spec 5.2): name, user, address, and only then the secret. */
import { asciiLowerCase } from '../ami/message.js';
import { permits } from './acl.js';
import { type Credentials, NOBODY, verifyDigest, verifyKey, verifySecret } from './credentials.js';
import type { DigestClaim, DigestTerms } from './digest.js';
import { findPolicy, type Policies, type Policy } from './policy.js';

export interface LoginRequest {
  readonly username: string;
  readonly secret: string;
  readonly authType: string;
  readonly key: string;
  /** The challenge of this session that has not been used yet. */
  readonly challenge: string | null;
  /** The peer's address as Node writes it. */
  readonly address: string;
}

export type LoginRefusal =
  | 'missing-username'
  | 'unknown-user'
  | 'acl'
  | 'no-secret'
  | 'no-challenge'
  | 'missing-key'
  | 'bad-key'
  | 'bad-secret';

export type LoginVerdict =
  | { readonly kind: 'accepted'; readonly policy: Policy }
  | { readonly kind: 'refused'; readonly reason: LoginRefusal };

/** The security event that Asterisk raises for each refusal; `null` where it raises none. To the client all are the same. */
export const LOGIN_REFUSAL_EVENTS = {
  'missing-username': null,
  'unknown-user': 'InvalidAccountID',
  acl: 'FailedACL',
  'no-secret': null,
  'no-challenge': null,
  'missing-key': null,
  'bad-key': 'ChallengeResponseFailed',
  'bad-secret': 'InvalidPassword',
} as const satisfies Record<LoginRefusal, string | null>;

export function authorizeLogin(policies: Policies, request: LoginRequest): LoginVerdict {
  if (request.username === '') return refuse('missing-username');
  const policy = findPolicy(policies, request.username);
  // The proof is weighed for unknown users and refused addresses too: the time of an answer tells nobody which it was.
  const failure = proofFailure(policy?.credentials ?? NOBODY, request);
  if (policy === null) return refuse('unknown-user');
  if (!permits(policy.acl, request.address)) return refuse('acl');
  if (failure !== null) return refuse(failure);
  return { kind: 'accepted', policy };
}

/** A request that brings its own proof, over HTTP. That the nonce is ours and fresh is for the one who made it to say. */
export function authorizeDigest(
  policies: Policies,
  claim: DigestClaim,
  terms: DigestTerms,
  address: string,
): LoginVerdict {
  const policy = findPolicy(policies, claim.username);
  const credentials = policy?.credentials ?? NOBODY;
  const proven = verifyDigest(credentials, policy?.user ?? claim.username, claim, terms);
  if (policy === null) return refuse('unknown-user');
  if (!permits(policy.acl, address)) return refuse('acl');
  if (credentials.secret === '') return refuse('no-secret');
  return proven ? { kind: 'accepted', policy } : refuse('bad-key');
}

/** True when Asterisk answers `Login Already In Use` to a Login or Challenge: before the secret, even before the ACL. */
export function isLoginInUse(policies: Policies, username: string, sessionsOfUser: number): boolean {
  if (username === '' || sessionsOfUser === 0) return false;
  const policy = findPolicy(policies, username);
  return policy !== null && !policy.allowMultipleLogin;
}

/** The proof is weighed first and always; then the refusals of Asterisk that raise no event, then those that do. */
function proofFailure(credentials: Credentials, request: LoginRequest): LoginRefusal | null {
  const byKey = asciiLowerCase(request.authType) === 'md5';
  const challenge = request.challenge ?? '';
  const proven = byKey ? verifyKey(credentials, challenge, request.key) : verifySecret(credentials, request.secret);
  if (proven) return null;
  if (credentials.secret === '') return 'no-secret';
  if (!byKey) return 'bad-secret';
  if (request.key === '') return 'missing-key';
  return challenge === '' ? 'no-challenge' : 'bad-key';
}

function refuse(reason: LoginRefusal): LoginVerdict {
  return { kind: 'refused', reason };
}
