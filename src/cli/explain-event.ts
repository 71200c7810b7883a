/** Explains whether a user sees an event. The verdict is wantsEvent's own. */
import { asciiLowerCase } from '../ami/message.js';
import { CLASS_BITS, labelsOf } from '../ami/privilege.js';
import type { ConfVariable } from '../config/conf-reading.js';
import { GENERAL_OPTIONS } from '../config/general-options.js';
import { DEFAULT_GENERAL } from '../config/general-settings.js';
import type { Account } from '../config/manager-conf.js';
import { NO_FILTERS } from '../policy/event-filter.js';
import { matchesEvent } from '../policy/event-filter-match.js';
import type { Policy } from '../policy/policy.js';
import { type DecodedEvent, wantsEvent } from '../policy/wants-event.js';
import { allowed, type Explanation, lineAt, lineReason, optionReason, refused, sectionReason } from './explanation.js';

const BY_CLIENT = 'a client may itself ask for fewer, with Events, EventMask and Filter';

interface Viewer {
  readonly account: Account;
  readonly policy: Policy;
  /** The lines of `[general]`. */
  readonly general: readonly ConfVariable[];
}

export function explainEvent({ account, policy, general }: Viewer, event: DecodedEvent): Explanation {
  const about = `Event ${event.name} to ${account.user}`;
  const disabling = general.findLast(({ name }) => asciiLowerCase(name) === 'disabledevents');
  if (disabling !== undefined && disables(disabling, event.name)) {
    const toAllow = [`disabledevents without ${event.name}`];
    return refused(about, lineReason(disabling, 'nobody gets this event'), { toAllow });
  }
  const view = { classes: policy.read, filters: policy.filters };
  if (wantsEvent(view, event)) return explainSeen(about, account, policy, event);
  if (!wantsEvent({ classes: policy.read, filters: NO_FILTERS }, event)) {
    return explainClasses(about, account, policy, event);
  }
  return explainFilters(about, account, policy, event);
}

/** As the event rewriter reads it. */
function disables(option: ConfVariable, name: string): boolean {
  const names = GENERAL_OPTIONS.get('disabledevents')?.(DEFAULT_GENERAL, option, []).disabledEvents ?? [];
  return names.includes(name);
}

function explainSeen(about: string, account: Account, policy: Policy, event: DecodedEvent): Explanation {
  const include = policy.filters.include.find((filter) => matchesEvent(filter, event));
  const classes = optionReason(account, 'read', `it holds ${needed(event)}, all that the event carries`);
  const [decided = classes, ...passed] =
    include === undefined ? [classes] : [lineAt(account, include.place, 'it includes the event'), classes];
  return allowed(about, decided, { passed, notes: [BY_CLIENT] });
}

function explainClasses(about: string, account: Account, policy: Policy, event: DecodedEvent): Explanation {
  if (event.classes === null) {
    const decided = optionReason(
      account,
      'read',
      'the event carries a class that is not known here, so only read = all sees it',
    );
    return refused(about, decided, { toAllow: ['read = all'] });
  }
  const missing = labelsOf(event.classes & ~policy.read);
  const list = [...labelsOf(policy.read), ...missing].join(',');
  const meaning = `it lacks ${missing.join(', ')}; an event needs all of its classes (${needed(event)})`;
  return refused(about, optionReason(account, 'read', meaning), { toAllow: [`read = ${list}`] });
}

function explainFilters(about: string, account: Account, policy: Policy, event: DecodedEvent): Explanation {
  const passed = [optionReason(account, 'read', `it holds ${needed(event)}`)];
  const exclude = policy.filters.exclude.find((filter) => matchesEvent(filter, event));
  if (exclude !== undefined) {
    const decided = lineAt(account, exclude.place, 'it excludes the event');
    return refused(about, decided, { passed, toAllow: ['remove that line, or narrow it'] });
  }
  const text = 'it has eventfilter lines that include, and none of them matches the event';
  const toAllow = [`eventfilter(name(${event.name})) =, or with header(NAME) as narrow as you like`];
  return refused(about, sectionReason(account, text), { passed, toAllow });
}

function needed({ classes }: DecodedEvent): string {
  if (classes === null) return 'every class';
  const labels = labelsOf(classes);
  return labels.length === Object.keys(CLASS_BITS).length ? 'all' : labels.join(', ') || 'no class';
}
