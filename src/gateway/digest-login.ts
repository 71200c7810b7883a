/** The login of a client that proves itself anew with every request: decided and reported here, whatever carried it. */
import { ALL_CLASSES } from '../ami/privilege.js';
import type { Peer } from '../net/connection.js';
import {
  authorizeDigest,
  LOGIN_REFUSAL_EVENTS,
  type LoginRefusal,
  type LoginVerdict,
} from '../policy/authorize-login.js';
import type { DigestClaim, DigestTerms } from '../policy/digest.js';
import { type GuardRefusal, isGuardRefusal } from '../policy/login-guard.js';
import { findPolicy, type Policies, type Policy } from '../policy/policy.js';
import type { Log } from '../telemetry/logger.js';
import type { Metrics } from '../telemetry/metrics.js';
import { newSessionId, printable } from './login.js';
import type { LoginGuard } from './login-guard.js';
import type { RecentRefusals } from './recent-refusals.js';
import type { SecurityReporter } from './security-reporter.js';
import type { SessionPort } from './session-port.js';

export interface DigestLoginDeps {
  readonly policies: () => Policies;
  readonly security: SecurityReporter;
  readonly guard: LoginGuard;
  readonly refusals: RecentRefusals;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** `penaltyMs`: how long the answer to a refusal waits. */
export type DigestVerdict =
  | Extract<LoginVerdict, { readonly kind: 'accepted' }>
  | { readonly kind: 'refused'; readonly reason: LoginRefusal | GuardRefusal; readonly penaltyMs: number };

/** Decides, and reports a refusal: unlike Asterisk, whose digest logins leave no trace. */
export async function authorizeRequest(
  deps: DigestLoginDeps,
  claim: DigestClaim,
  terms: DigestTerms,
  peer: Peer,
): Promise<DigestVerdict> {
  const { address } = peer.remote;
  const guardRefusal = await deps.guard.admit(claim.username, address);
  const verdict = authorizeDigest(deps.policies(), claim, terms, address);
  if (verdict.kind === 'accepted' && guardRefusal === null) return verdict;
  const reason = verdict.kind === 'refused' ? verdict.reason : (guardRefusal ?? 'bad-key');
  reportRefusal(deps, claim.username, reason, peer);
  const user = findPolicy(deps.policies(), claim.username)?.user ?? null;
  const penaltyMs = await deps.guard.failed({ user, address, reason: guardRefusal ?? reason });
  return { kind: 'refused', reason, penaltyMs };
}

/** Logs in a session whose client has just been authorized; false where its user has as many as it may have. */
export function enterByDigest(session: SessionPort, policy: Policy, username: string): boolean {
  const { metrics, log, registry } = session.deps;
  if (policy.maxSessions !== null && registry.countOf(policy.user) >= policy.maxSessions) {
    metrics.authAttempts.inc({ method: 'digest', result: 'session-limit' });
    session.raise({ event: 'SessionLimit' });
    log.warn({ reason: 'session-limit', user: policy.user, method: 'digest' }, 'login refused');
    return false;
  }
  metrics.authAttempts.inc({ method: 'digest', result: 'success' });
  session.logIn(policy, ALL_CLASSES, username);
  void session.deps.guard.succeeded(policy.user, session.deps.connection.peer.remote.address);
  session.view({});
  session.raise({ event: 'SuccessfulAuth', accountId: username });
  log.info({ user: policy.user, method: 'digest' }, 'login');
  return true;
}

function reportRefusal(deps: DigestLoginDeps, username: string, reason: LoginRefusal | GuardRefusal, peer: Peer): void {
  const { security, log, metrics } = deps;
  metrics.authAttempts.inc({ method: 'digest', result: reason });
  const context = { sessionId: newSessionId(), sessionUser: '', sessionAtMs: 0, peer };
  const event = isGuardRefusal(reason) ? 'InvalidPassword' : LOGIN_REFUSAL_EVENTS[reason];
  // Asterisk's event for a wrong answer to a challenge would show the right one to all who read `security`.
  const name = event === 'ChallengeResponseFailed' ? 'InvalidPassword' : event;
  if (name !== null && name !== 'SessionLimit') security.record({ event: name, accountId: username }, context)();
  security.loginFailed(username, peer);
  log.warn({ reason, username: printable(username), peer: peer.remote.address, method: 'digest' }, 'login failed');
  deps.refusals.add({
    kind: 'login',
    user: printable(username),
    address: peer.remote.address,
    what: 'Login by HTTP digest',
    reason,
    rule: null,
  });
}
