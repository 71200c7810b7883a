/** Login: Asterisk's checks in Asterisk's order, one outward answer for every failure, and what follows a success. */
import { randomUUID } from 'node:crypto';
import { encodeError, encodeSuccess } from '../ami/encoder.js';
import { decodeEventMask, maskedClasses } from '../ami/event-mask.js';
import { type AmiAction, asciiLowerCase, headerValue } from '../ami/message.js';
import { ALL_CLASSES, CLASS_BITS, type ClassSet, holdsEvery, NO_CLASSES } from '../ami/privilege.js';
import type { SecurityFact } from '../ami/security-event.js';
import {
  authorizeLogin,
  isLoginInUse,
  LOGIN_REFUSAL_EVENTS,
  type LoginRefusal,
  type LoginRequest,
} from '../policy/authorize-login.js';
import { expectedKey } from '../policy/credentials.js';
import { findPolicy, type Policies, type Policy } from '../policy/policy.js';
import type { SessionPort } from './session-port.js';

export function logIn(session: SessionPort, action: AmiAction): void {
  const { state } = session;
  if (state.phase === 'authenticated') return session.answer(encodeSuccess(action.actionId, 'Already authenticated'));
  if (state.phase === 'closed') return;
  const request = {
    username: headerValue(action, 'username'),
    secret: headerValue(action, 'secret'),
    authType: headerValue(action, 'authtype'),
    key: headerValue(action, 'key'),
    challenge: state.challenge,
    address: session.deps.connection.peer.remote.address,
  };
  // A challenge proves one login: a key that was overheard is worth nothing.
  session.setChallenge(null);
  const verdict = authorizeLogin(session.deps.policies(), request);
  const method = asciiLowerCase(request.authType) === 'md5' ? 'md5' : 'plain';
  session.deps.metrics.authAttempts.inc({ method, result: verdict.kind === 'accepted' ? 'success' : verdict.reason });
  if (verdict.kind === 'refused') return refuseLogin(session, action, { ...request, reason: verdict.reason });
  acceptLogin(session, action, verdict.policy);
}

/** Answers `Login Already In Use` to a Login or Challenge where only one session of the user may live; true if it did. */
export function refusesSecondLogin(session: SessionPort, action: AmiAction): boolean {
  const { registry, policies, log } = session.deps;
  const username = headerValue(action, 'username');
  if (!isLoginInUse(policies(), username, registry.countOf(username))) return false;
  session.raise({ event: 'SessionLimit' });
  log.warn({ reason: 'login-in-use' }, 'login refused');
  session.later(session.settings.penaltyMs, () =>
    session.answerAndClose(encodeError(action.actionId, 'Login Already In Use'), 'login-in-use'),
  );
  return true;
}

type RefusedLogin = LoginRequest & { readonly reason: LoginRefusal };

/** The log learns the reason; the client hears the same sentence after the same second, whichever it was. */
function refuseLogin(session: SessionPort, action: AmiAction, refused: RefusedLogin): void {
  const { security, connection, log, policies } = session.deps;
  const { reason, username } = refused;
  const fact = factOf(refused, policies());
  if (fact !== null) session.raise(fact);
  if (username !== '') security.loginFailed(username, connection.peer);
  log.warn({ reason, username: printable(username) }, 'login failed');
  session.later(session.settings.penaltyMs, () =>
    session.answerAndClose(encodeError(action.actionId, 'Authentication failed'), 'login-failed'),
  );
}

/** What Asterisk reports of a refused login; `null` where it reports nothing. */
function factOf({ reason, username, challenge, key }: RefusedLogin, policies: Policies): SecurityFact | null {
  const event = LOGIN_REFUSAL_EVENTS[reason];
  if (event !== 'ChallengeResponseFailed') return event === null ? null : { event, accountId: username };
  const policy = findPolicy(policies, username);
  if (policy === null || challenge === null) return null;
  // As in Asterisk the right answer is told too; unlike there, the challenge is used up by now.
  return { event, challenge, response: key, expectedResponse: expectedKey(policy.credentials, challenge) };
}

function acceptLogin(session: SessionPort, action: AmiAction, policy: Policy): void {
  const { relay, log } = session.deps;
  const eventMask = maskedClasses(decodeEventMask(headerValue(action, 'events'))) ?? initialMask(session);
  const username = headerValue(action, 'username');
  session.logIn(policy, eventMask, username);
  log.info({ user: policy.user }, 'login');
  const reportSuccess = session.record({ event: 'SuccessfulAuth', accountId: username });
  // Events that were made before the login are not for this session: it joins behind them.
  // A client that is gone by then has logged in all the same.
  session.answerBehindEvents(() => {
    const booted = holdsEvery(policy.read & eventMask, CLASS_BITS.system) ? relay.fullyBooted() : null;
    session.view({});
    reportSuccess();
    const accepted = encodeSuccess(action.actionId, 'Authentication accepted');
    return booted === null ? accepted : Buffer.concat([accepted, booted]);
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
