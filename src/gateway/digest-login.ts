/** The login of a client that proves itself anew with every request: decided and reported here, whatever carried it. */
import { ALL_CLASSES } from '../ami/privilege.js';
import type { Peer } from '../net/connection.js';
import { authorizeDigest, LOGIN_REFUSAL_EVENTS, type LoginRefusal, type LoginVerdict } from '../policy/authorize-login.js';
import type { DigestClaim, DigestTerms } from '../policy/digest.js';
import type { Policies, Policy } from '../policy/policy.js';
import type { Log } from '../telemetry/logger.js';
import type { Metrics } from '../telemetry/metrics.js';
import { newSessionId, printable } from './login.js';
import type { SecurityReporter } from './security-reporter.js';
import type { SessionPort } from './session-port.js';

export interface DigestLoginDeps {
  readonly policies: () => Policies;
  readonly security: SecurityReporter;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Decides, and reports a refusal: unlike Asterisk, whose digest logins leave no trace. */
export function authorizeRequest(
  deps: DigestLoginDeps,
  claim: DigestClaim,
  terms: DigestTerms,
  peer: Peer,
): LoginVerdict {
  const verdict = authorizeDigest(deps.policies(), claim, terms, peer.remote.address);
  if (verdict.kind === 'refused') reportRefusal(deps, claim.username, verdict.reason, peer);
  return verdict;
}

/** Logs in a session whose client has just been authorized. */
export function enterByDigest(session: SessionPort, policy: Policy, username: string): void {
  const { metrics, log } = session.deps;
  metrics.authAttempts.inc({ method: 'digest', result: 'success' });
  session.logIn(policy, ALL_CLASSES, username);
  session.view({});
  session.raise({ event: 'SuccessfulAuth', accountId: username });
  log.info({ user: policy.user, method: 'digest' }, 'login');
}

function reportRefusal(deps: DigestLoginDeps, username: string, reason: LoginRefusal, peer: Peer): void {
  const { security, log, metrics } = deps;
  metrics.authAttempts.inc({ method: 'digest', result: reason });
  const context = { sessionId: newSessionId(), sessionUser: '', sessionAtMs: 0, peer };
  const event = LOGIN_REFUSAL_EVENTS[reason];
  // Asterisk's event for a wrong answer to a challenge would show the right one to all who read `security`.
  const name = event === 'ChallengeResponseFailed' ? 'InvalidPassword' : event;
  if (name !== null) security.record({ event: name, accountId: username }, context)();
  security.loginFailed(username, peer);
  log.warn({ reason, username: printable(username), peer: peer.remote.address, method: 'digest' }, 'login failed');
}
