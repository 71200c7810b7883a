/** Decides a login in Asterisk's order (ami-spec 5.2): name, user, address, and only then the secret. */
import { asciiLowerCase } from '../ami/message.js';
import { permits } from './acl.js';
import { type Credentials, NOBODY, verifyDigest, verifyKey, verifySecret } from './credentials.js';
import type { DigestClaim, DigestTerms } from './digest.js';
import { findPolicy, type Policies, type Policy } from './policy.js';
import { type SecretHash, workOf } from './secret-hash.js';

export interface LoginRequest {
  readonly username: string;
  readonly secret: string;
  readonly authType: string;
  readonly key: string;
  /** The challenge of this session that has not been used yet. */
  readonly challenge: string | null;
  /** The peer's address as Node writes it. */
  readonly address: string;
  /** The names in the peer's certificate, none unless it was verified. */
  readonly certificateNames: readonly string[];
}

export type LoginRefusal =
  | 'missing-username'
  | 'unknown-user'
  | 'acl'
  | 'no-certificate'
  | 'no-secret'
  | 'hashed-secret'
  | 'no-challenge'
  | 'missing-key'
  | 'bad-key'
  | 'bad-secret'
  /** Too many secrets wait to be weighed. */
  | 'busy'
  | 'session-limit';

export type LoginVerdict =
  | { readonly kind: 'accepted'; readonly policy: Policy }
  | { readonly kind: 'refused'; readonly reason: LoginRefusal };

/** A secret and the hash that it is compared with, which takes long and is left to the caller. */
export interface Weighing {
  readonly secret: string;
  readonly hash: SecretHash;
}

/** `settle` turns the outcome of the weighing into the verdict. */
export type LoginStep =
  | LoginVerdict
  | { readonly kind: 'weigh'; readonly weighing: Weighing; readonly settle: (isEqual: boolean) => LoginVerdict };

/** The security event that Asterisk raises for each refusal; `null` where it raises none. To the client all are the same. */
export const LOGIN_REFUSAL_EVENTS = {
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
} as const satisfies Record<LoginRefusal, string | null>;

export function authorizeLogin(policies: Policies, request: LoginRequest): LoginStep {
  if (request.username === '') return refuse('missing-username');
  const policy = findPolicy(policies, request.username);
  // The proof is weighed for unknown users and refused addresses too: the time of an answer tells nobody which it was.
  const failure = proofFailure(policy?.credentials ?? NOBODY, request);
  const verdict = verdictOf(policy, request, failure);
  const decoy = verdict.kind === 'accepted' || isByKey(request) ? null : findDecoy(policies);
  if (decoy === null) return verdict;
  const isHashed = policy?.credentials.kind === 'scrypt';
  const weighing = { secret: request.secret, hash: isHashed ? policy.credentials.hash : decoy };
  const settle = (isEqual: boolean) => verdictOf(policy, request, isEqual && isHashed ? null : failure);
  return { kind: 'weigh', weighing, settle };
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
  // No request over HTTP shows a certificate.
  if (policy.certificateName !== null) return refuse('no-certificate');
  if (credentials.kind === 'scrypt') return refuse('hashed-secret');
  if (credentials.kind === 'secret' && credentials.secret === '') return refuse('no-secret');
  return proven ? { kind: 'accepted', policy } : refuse('bad-key');
}

/** True when Asterisk answers `Login Already In Use` to a Login or Challenge: before the secret, even before the ACL. */
export function isLoginInUse(policies: Policies, username: string, sessionsOfUser: number): boolean {
  if (sessionsOfUser === 0) return false;
  const policy = findPolicy(policies, username);
  return policy !== null && !policy.allowMultipleLogin;
}

/** True when one more session of this user may begin, beside those that it has. */
export function hasRoom({ allowMultipleLogin, maxSessions }: Policy, sessionsOfUser: number): boolean {
  const most = allowMultipleLogin ? maxSessions : 1;
  return most === null || sessionsOfUser < most;
}

function verdictOf(policy: Policy | null, request: LoginRequest, failure: LoginRefusal | null): LoginVerdict {
  if (policy === null) return refuse('unknown-user');
  if (!permits(policy.acl, request.address)) return refuse('acl');
  const { certificateName } = policy;
  if (certificateName !== null && !request.certificateNames.includes(certificateName)) return refuse('no-certificate');
  if (failure !== null) return refuse(failure);
  return { kind: 'accepted', policy };
}

/** The proof is weighed first and always; then the refusals of Asterisk that raise no event, then those that do. */
function proofFailure(credentials: Credentials, request: LoginRequest): LoginRefusal | null {
  const byKey = isByKey(request);
  const challenge = request.challenge ?? '';
  const proven = byKey ? verifyKey(credentials, challenge, request.key) : verifySecret(credentials, request.secret);
  // Whether it is the right certificate is asked before the secret.
  if (proven || credentials.kind === 'certificate') return null;
  // A key can be made with a secret, and not with its hash.
  if (credentials.kind === 'scrypt') return byKey ? 'hashed-secret' : 'bad-secret';
  if (credentials.secret === '') return 'no-secret';
  if (!byKey) return 'bad-secret';
  if (request.key === '') return 'missing-key';
  return challenge === '' ? 'no-challenge' : 'bad-key';
}

function isByKey({ authType }: LoginRequest): boolean {
  return asciiLowerCase(authType) === 'md5';
}

/** What the others are weighed against where some user has a hash: it costs as much as the most expensive one, and equals nothing. */
function findDecoy({ users }: Policies): SecretHash | null {
  let dearest: SecretHash | null = null;
  for (const { credentials } of users.values()) {
    if (credentials.kind !== 'scrypt') continue;
    if (dearest === null || workOf(credentials.hash.cost) > workOf(dearest.cost)) dearest = credentials.hash;
  }
  return dearest === null ? null : { ...dearest, hash: Buffer.alloc(dearest.hash.length) };
}

function refuse(reason: LoginRefusal): LoginVerdict {
  return { kind: 'refused', reason };
}
