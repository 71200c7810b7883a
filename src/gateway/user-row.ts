/** A user as operators see it: what it may see and do, in the words of manager.conf, and nothing that proves who it is. */
import { ALL_CLASSES, type ClassSet, labelsOf } from '../ami/privilege.js';
import { formatSpan } from '../lib/span.js';
import type { ActionFilter } from '../policy/action-filter.js';
import type { ActionRate } from '../policy/action-rate.js';
import type { EventFilter } from '../policy/event-filter.js';
import type { Policy } from '../policy/policy.js';

export interface UserRow {
  readonly user: string;
  readonly sessions: number;
  readonly read: readonly string[];
  readonly write: readonly string[];
  readonly eventFilters: readonly string[];
  readonly actionFilters: readonly string[];
  /** Such as `maxsessions = 2`. */
  readonly limits: readonly string[];
}

export function describeUser(policy: Policy, sessions: number): UserRow {
  const { include, exclude } = policy.filters;
  return {
    user: readable(policy.user),
    sessions,
    read: describeClasses(policy.read),
    write: describeClasses(policy.write),
    eventFilters: [...include, ...exclude].map(describeEventFilter).map(readable),
    actionFilters: policy.actionFilters.map(describeActionFilter).map(readable),
    limits: describeLimits(policy).map(readable),
  };
}

/** Names are bytes inside; people read them as UTF-8, as which they were most likely written. */
export function readable(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}

function describeClasses(classes: ClassSet): readonly string[] {
  return classes === ALL_CLASSES ? ['all'] : labelsOf(classes);
}

/** From its key, which holds all that was written. */
function describeEventFilter({ key }: EventFilter): string {
  const [action, name, header, method, pattern]: (string | null)[] = JSON.parse(key);
  const isPlain = name === null && header === null && method === 'regex';
  if (isPlain) return `${action === 'exclude' ? '!' : ''}${pattern}`;
  const criteria = [
    action === 'exclude' ? 'action(exclude)' : null,
    name === null ? null : `name(${name})`,
    header === null || header === undefined ? null : `header(${header.replace(/:$/, '')})`,
    method === 'none' ? null : `method(${method})`,
  ];
  const written = criteria.filter((part) => part !== null).join(',');
  return pattern === '' ? written : `${written} = ${pattern}`;
}

/** Its pattern is not kept; where it is written is. */
function describeActionFilter({ action, name, header, place }: ActionFilter): string {
  const by = header === null ? '' : ` by ${header}`;
  return `${action} ${name ?? 'any action'}${by} (${place.replace(/^.*\//s, '')})`;
}

function describeLimits(policy: Policy): readonly string[] {
  const { actionRates, maxSessions, allowMultipleLogin, certificateName, isEnforced } = policy;
  return [
    ...(isEnforced ? [] : ['enforce = no']),
    ...actionRates.map(describeRate),
    ...(maxSessions === null ? [] : [`maxsessions = ${maxSessions}`]),
    ...(allowMultipleLogin ? [] : ['allowmultiplelogin = no']),
    ...(certificateName === null ? [] : [`tls_user = ${certificateName}`]),
  ];
}

function describeRate({ action, count, periodMs }: ActionRate): string {
  const option = action === null ? 'actionrate' : `actionrate(${action})`;
  return `${option} = ${count}/${formatSpan(periodMs).replace(/^1(?=[smhd]$)/, '')}`;
}
