/** Decides whether a view receives an event: once per audience, on the hot path. */
import { ALL_CLASSES, type ClassSet, holdsEvery } from '../ami/privilege.js';
import type { EventFilters } from './event-filter.js';
import { matchesEvent } from './event-filter-match.js';

export interface DecodedEvent {
  readonly name: string;
  /** `null` when a label of its Privilege is unknown to us: then only who holds every class receives it. */
  readonly classes: ClassSet | null;
  /** The whole event as it came, latin-1, with its final empty line. May be made on demand: filters read it only when they must. */
  readonly text: string;
}

/** What a session asked for and may see. */
export interface EventView {
  /** The read classes of the user that the session's event mask holds too. */
  readonly classes: ClassSet;
  readonly filters: EventFilters;
}

/** True for views that want the same events. */
export function isSameView(one: EventView, other: EventView): boolean {
  return one.classes === other.classes && one.filters.key === other.filters.key;
}

/** True when the view holds every class of the event and its filters let it pass. */
export function wantsEvent(view: EventView, event: DecodedEvent): boolean {
  if (!holdsEvery(view.classes, event.classes ?? ALL_CLASSES)) return false;
  return passesFilters(view.filters, event);
}

/** Some include, if there is one, and no exclude. */
function passesFilters({ include, exclude }: EventFilters, event: DecodedEvent): boolean {
  if (include.length > 0 && !include.some((filter) => matchesEvent(filter, event))) return false;
  return !exclude.some((filter) => matchesEvent(filter, event));
}
