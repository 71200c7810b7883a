/** A refusal in its one place: the security event, the count, the log line; the session answers. */
import type { AmiAction } from '../ami/message.js';
import type { SecurityFact } from '../ami/security-event.js';
import { unreachable } from '../lib/unreachable.js';
import { lookupAction } from '../policy/action-classes.js';
import { describeFilterDenial } from '../policy/action-filter.js';
import type { Denial } from '../policy/authorize-action.js';
import type { Policy } from '../policy/policy.js';
import { printable } from './login.js';
import { describeDenial } from './recent-refusals.js';
import type { SessionPort } from './session-port.js';

export function reportRefusal(session: SessionPort, policy: Policy | null, action: AmiAction, denial: Denial): void {
  const fact = securityFactOf(action, denial);
  if (fact !== null) session.raise(fact);
  const { metrics, log, relay, audit, refusals, connection } = session.deps;
  const known = lookupAction(relay.actions, action.name);
  // The metric's label never comes from the wire: a name that Asterisk does not know is `unknown`.
  const name = known.kind === 'known' ? known.name : 'unknown';
  metrics.actions.inc({ action: name, decision: denial.reason });
  const user = policy?.user ?? null;
  if (policy !== null) {
    metrics.userDenials.inc({ user: policy.user, reason: denial.reason });
    audit.action(policy, name, action, `refused: ${denial.reason}`);
  }
  log.warn({ user, action: name, ...refusalDetail(denial) }, 'action refused');
  const what = known.kind === 'known' ? known.name : printable(action.name);
  refusals.add({ kind: 'action', user, address: connection.peer.remote.address, what, ...describeDenial(denial) });
}

/** What would have been refused if the rules of this user were enforced. */
export function reportShadow(
  session: SessionPort,
  user: string,
  action: string,
  denial: Extract<Denial, { readonly reason: 'action-filter' | 'action-rate' }>,
): void {
  const { metrics, log } = session.deps;
  metrics.shadowRefusals.inc({ user, reason: denial.reason });
  log.info({ user, action, ...refusalDetail(denial) }, 'action would have been refused');
}

/** Asterisk reports refused and malformed requests, but not refused arguments. */
function securityFactOf(action: AmiAction, denial: Denial): SecurityFact | null {
  switch (denial.reason) {
    case 'missing-action':
      return { event: 'RequestBadFormat', action: 'NONE' };
    case 'unknown-action':
      return { event: 'RequestBadFormat', action: action.name };
    case 'not-logged-in':
    case 'missing-class':
    case 'action-filter':
      return { event: 'RequestNotAllowed', action: action.name };
    case 'action-rate':
    case 'argument':
    case 'unforwardable':
      return null;
    default:
      return unreachable(denial);
  }
}

function refusalDetail(denial: Denial): { readonly reason: string; readonly rule?: string } {
  const { reason } = denial;
  if (reason === 'action-filter') return { reason, rule: describeFilterDenial(denial.filter) };
  return reason === 'argument' ? { reason, rule: denial.rule } : { reason };
}
