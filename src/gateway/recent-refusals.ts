/** The last refusals of each kind, for operators: what was refused to whom, and by which rule. */
import { labelsOf } from '../ami/privilege.js';
import { unreachable } from '../lib/unreachable.js';
import { describeFilterDenial } from '../policy/action-filter.js';
import type { Denial } from '../policy/authorize-action.js';

export type RefusalKind = 'action' | 'login' | 'connection';

export interface Refusal {
  readonly kind: RefusalKind;
  /** As typed where nobody has logged in; printable ASCII. */
  readonly user: string | null;
  readonly address: string;
  /** The action, or the transport of a connection; printable. */
  readonly what: string;
  readonly reason: string;
  /** What would have to change for it to pass, or where it is written; `null` where the reason says it all. */
  readonly rule: string | null;
}

export interface CountedRefusal extends Refusal {
  /** The last time. */
  readonly atMs: number;
  readonly times: number;
}

/** Of each kind, so that a flood of one does not push out the others; what repeats itself takes one place. */
const MOST_REFUSALS = 50;

export class RecentRefusals {
  readonly #nowMs: () => number;
  readonly #refusals: Readonly<Record<RefusalKind, Map<string, CountedRefusal>>> = {
    action: new Map(),
    login: new Map(),
    connection: new Map(),
  };

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  add(refusal: Refusal): void {
    const { kind, user, address, what, reason, rule } = refusal;
    const ofKind = this.#refusals[kind];
    const key = JSON.stringify([user, address, what, reason, rule]);
    const times = (ofKind.get(key)?.times ?? 0) + 1;
    // The last one goes to the end.
    ofKind.delete(key);
    ofKind.set(key, { ...refusal, atMs: this.#nowMs(), times });
    const [oldest] = ofKind.keys();
    if (ofKind.size > MOST_REFUSALS && oldest !== undefined) ofKind.delete(oldest);
  }

  /** The newest first. */
  get all(): readonly CountedRefusal[] {
    const all = Object.values(this.#refusals).flatMap((ofKind) => [...ofKind.values()]);
    return all.sort((one, other) => other.atMs - one.atMs);
  }
}

export function describeDenial(denial: Denial): Pick<Refusal, 'reason' | 'rule'> {
  const { reason } = denial;
  switch (reason) {
    case 'missing-class':
      return { reason, rule: `needs ${denial.needs.map((classes) => labelsOf(classes).join(' or ')).join(', and ')}` };
    case 'action-filter':
      return { reason, rule: describeFilterDenial(denial.filter) };
    case 'argument':
      return { reason, rule: `${denial.rule}, ${denial.header}` };
    case 'unforwardable':
    case 'missing-action':
    case 'not-logged-in':
    case 'unknown-action':
    case 'action-rate':
      return { reason, rule: null };
    default:
      return unreachable(denial);
  }
}
