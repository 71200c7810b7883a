/** Login: Asterisk's checks in Asterisk's order, one outward answer for every failure, and what follows a success. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { encodeError, encodeSuccess } from '../ami/encoder.js';
import { decodeEventMask, maskedClasses } from '../ami/event-mask.js';
import { type AmiAction, asciiLowerCase, headerValue } from '../ami/message.js';
import { ALL_CLASSES, CLASS_BITS, type ClassSet, holdsEvery, NO_CLASSES } from '../ami/privilege.js';
import type { SecurityFact } from '../ami/security-event.js';
import {
  authorizeLogin,
  hasRoom,
  isLoginInUse,
  LOGIN_REFUSAL_EVENTS,
  type LoginRefusal,
  type LoginRequest,
  type LoginVerdict,
} from '../policy/authorize-login.js';
import { expectedKey } from '../policy/credentials.js';
import { type GuardRefusal, isGuardRefusal } from '../policy/login-guard.js';
import { findPolicy, type Policies, type Policy } from '../policy/policy.js';
import type { SessionPort } from './session-port.js';

/** One login, from its message to its answer. */
interface LoginAttempt {
  readonly action: AmiAction;
  readonly request: LoginRequest;
  readonly atMs: number;
  /** With one, a secret that is right counts as wrong. */
  readonly guardRefusal: GuardRefusal | null;
}

export function logIn(session: SessionPort, action: AmiAction): void {
  const { state, deps } = session;
  if (state.phase === 'authenticated') return session.answer(encodeSuccess(action.actionId, 'Already authenticated'));
  if (state.phase === 'closed') return;
  const { peer } = deps.connection;
  const request = {
    username: headerValue(action, 'username'),
    secret: headerValue(action, 'secret'),
    authType: headerValue(action, 'authtype'),
    key: headerValue(action, 'key'),
    challenge: state.challenge,
    address: peer.remote.address,
    certificateNames: peer.certificateNames,
  };
  // A challenge proves one login: a key that was overheard is worth nothing.
  session.setChallenge(null);
  void awaitGuard(session, { action, request, atMs: deps.nowMs() });
}

/** What the guard knows may have to be asked of Redis, and a login beyond the pace waits; authtimeout goes on meanwhile. */
async function awaitGuard(session: SessionPort, attempt: Omit<LoginAttempt, 'guardRefusal'>): Promise<void> {
  const { guard } = session.deps;
  const { username, address } = attempt.request;
  const waitMs = guard.pace(address);
  if (waitMs > 0) await delay(waitMs);
  const guardRefusal = await guard.admit(username, address);
  if (session.state.phase === 'unauthenticated') decideLogin(session, { ...attempt, guardRefusal });
}

/** A secret that has to be weighed against a hash takes its time, in which the session reads nothing. */
function decideLogin(session: SessionPort, attempt: LoginAttempt): void {
  const { policies, weigher } = session.deps;
  const before = policies();
  const step = authorizeLogin(before, attempt.request);
  if (step.kind !== 'weigh') return settleLogin(session, attempt, step);
  weigher.weigh(step.weighing, {
    isWanted: () => session.state.phase !== 'closed',
    settled: (outcome) => {
      // What was proved of an account that is another one by now is worth nothing.
      if (policies() !== before) return decideLogin(session, attempt);
      if (outcome === 'busy') return settleLogin(session, attempt, { kind: 'refused', reason: 'busy' });
      settleLogin(session, attempt, step.settle(outcome === 'equal'));
    },
  });
}

function settleLogin(session: SessionPort, attempt: LoginAttempt, decided: LoginVerdict): void {
  const { registry, metrics, guard } = session.deps;
  const { request, guardRefusal } = attempt;
  // Asked here and not before: others may have logged in meanwhile, and who proved nothing need not know.
  const isGuarded = decided.kind === 'accepted' && guardRefusal !== null;
  const isFull = decided.kind === 'accepted' && !hasRoom(decided.policy, registry.countOf(decided.policy.user));
  const verdict = isGuarded ? refusedBy(guardRefusal) : isFull ? refusedBy('session-limit') : decided;
  const method = asciiLowerCase(request.authType) === 'md5' ? 'md5' : 'plain';
  metrics.authAttempts.inc({ method, result: verdict.kind === 'accepted' ? 'success' : verdict.reason });
  if (verdict.kind === 'refused') return void refuseLogin(session, attempt, verdict.reason);
  void guard.succeeded(verdict.policy.user, request.address);
  acceptLogin(session, attempt.action, verdict.policy);
}

function refusedBy(reason: LoginRefusal | GuardRefusal) {
  return { kind: 'refused', reason } as const;
}

/** Answers `Login Already In Use` to a Login or Challenge where only one session of the user may live; true if it did. */
export function refusesSecondLogin(session: SessionPort, action: AmiAction): boolean {
  const { registry, policies, log, refusals } = session.deps;
  const username = headerValue(action, 'username');
  if (!isLoginInUse(policies(), username, registry.countOf(username))) return false;
  session.raise({ event: 'SessionLimit' });
  log.warn({ reason: 'login-in-use' }, 'login refused');
  const { address } = session.deps.connection.peer.remote;
  refusals.add({
    kind: 'login',
    user: printable(username),
    address,
    what: 'Login',
    reason: 'login-in-use',
    rule: null,
  });
  session.later(session.settings.penaltyMs, () =>
    session.answerAndClose(encodeError(action.actionId, 'Login Already In Use'), 'login-in-use'),
  );
  return true;
}

/** The log learns the reason; the client hears the same sentence after the same second, whichever it was. */
async function refuseLogin(
  session: SessionPort,
  attempt: LoginAttempt,
  reason: LoginRefusal | GuardRefusal,
): Promise<void> {
  const { security, connection, log, policies, nowMs, guard } = session.deps;
  const { action, request, atMs, guardRefusal } = attempt;
  const { username, address } = request;
  const fact = factOf(request, reason, policies());
  if (fact !== null) session.raise(fact);
  const isProven = reason === 'session-limit';
  // Who was not weighed, or found to be the user, has not failed and must not be banned for it.
  const hasFailed = !isProven && reason !== 'busy';
  if (username !== '' && hasFailed) security.loginFailed(username, connection.peer);
  log.warn({ reason, username: printable(username) }, 'login failed');
  session.deps.refusals.add({ kind: 'login', user: printable(username), address, what: 'Login', reason, rule: null });
  const message = isProven ? 'Login Already In Use' : 'Authentication failed';
  const answer = encodeError(action.actionId, message);
  const user = findPolicy(policies(), username)?.user ?? null;
  const penaltyMs = await guard.failed({ user, address, reason: guardRefusal ?? reason });
  // The second begins with the question: what weighing took of it cannot be told from outside.
  session.later(Math.max(penaltyMs - (nowMs() - atMs), 0), () =>
    session.answerAndClose(answer, isProven ? 'login-in-use' : 'login-failed'),
  );
}

/** What Asterisk reports of a refused login; `null` where it reports nothing. */
function factOf(request: LoginRequest, reason: LoginRefusal | GuardRefusal, policies: Policies): SecurityFact | null {
  const { username, challenge, key } = request;
  const event = isGuardRefusal(reason) ? 'InvalidPassword' : LOGIN_REFUSAL_EVENTS[reason];
  if (event === 'SessionLimit') return { event };
  if (event !== 'ChallengeResponseFailed') return event === null ? null : { event, accountId: username };
  const policy = findPolicy(policies, username);
  if (policy === null || challenge === null) return null;
  // As in Asterisk the right answer is told too; unlike there, the challenge is used up by now.
  return { event, challenge, response: key, expectedResponse: expectedKey(policy.credentials, challenge) };
}

function acceptLogin(session: SessionPort, action: AmiAction, policy: Policy): void {
  const { relay, log, audit } = session.deps;
  const eventMask = maskedClasses(decodeEventMask(headerValue(action, 'events'))) ?? initialMask(session);
  const username = headerValue(action, 'username');
  session.logIn(policy, eventMask, username);
  log[policy.displayConnects ? 'info' : 'debug']({ user: policy.user }, 'login');
  const reportSuccess = session.record({ event: 'SuccessfulAuth', accountId: username });
  // Events that were made before the login are not for this session: it joins behind them.
  // A client that is gone by then has logged in all the same.
  session.answerBehindEvents(() => {
    const booted = holdsEvery(policy.read & eventMask, CLASS_BITS.system) ? relay.fullyBooted() : null;
    session.view({});
    reportSuccess();
    const accepted = encodeSuccess(action.actionId, 'Authentication accepted');
    if (booted === null) return accepted;
    audit.fullyBooted(policy.user);
    return Buffer.concat([accepted, booted]);
  }, reportSuccess);
}

/** Whose events are fetched gets none before it asks; WaitEvent makes everything of that. */
function initialMask({ settings }: SessionPort): ClassSet {
  return settings.events === 'pushed' ? ALL_CLASSES : NO_CLASSES;
}

/** A name from the wire as a log may show it: short, and without control characters. */
export function printable(name: string): string {
  return name.slice(0, 79).replace(/[^\x20-\x7e]/g, '?');
}

/** An id for a new session, as unlike others as Asterisk's pointers are. */
export function newSessionId(): string {
  return `0x${randomUUID().replaceAll('-', '').slice(0, 12)}`;
}
