/** Counts what one session receives, and what its rules would withhold if they were enforced. */
import { type ClassSet, labelsOf } from '../ami/privilege.js';
import type { EventFilters } from '../policy/event-filter.js';
import { type DecodedEvent, wantsEvent } from '../policy/wants-event.js';

export interface EventCount {
  readonly event: string;
  /** As in a Privilege header; empty where a label was unknown. */
  readonly classes: string;
  readonly delivered: number;
  /** Of the delivered ones, those that the rules would withhold. */
  readonly shadowed: number;
}

/** Names come from Asterisk, which has some hundreds; what is beyond is counted together. */
const MOST_NAMES = 1024;

export class EventTally {
  /** The rules that are told and not enforced; `null` where all rules are enforced. */
  readonly #shadow: EventFilters | null;
  #counts = new Map<string, { event: string; classes: string; delivered: number; shadowed: number }>();

  constructor(shadow: EventFilters | null) {
    this.#shadow = shadow;
  }

  /** One event that this session receives. */
  observe(event: DecodedEvent): void {
    const count = this.#countOf(event);
    count.delivered += 1;
    const { classes } = event;
    if (this.#shadow === null || classes === null) return;
    if (!wantsEvent({ classes, filters: this.#shadow }, event)) count.shadowed += 1;
  }

  /** What was counted since the last time. */
  take(): readonly EventCount[] {
    const counts = [...this.#counts.values()];
    this.#counts = new Map();
    return counts;
  }

  #countOf({ name, classes }: DecodedEvent) {
    const isMany = this.#counts.size >= MOST_NAMES && !this.#counts.has(keyOf(name, classes));
    const key = isMany ? '' : keyOf(name, classes);
    const known = this.#counts.get(key);
    if (known !== undefined) return known;
    const labels = isMany || classes === null ? '' : labelsOf(classes).join(',');
    const count = { event: isMany ? 'other' : name, classes: labels, delivered: 0, shadowed: 0 };
    this.#counts.set(key, count);
    return count;
  }
}

function keyOf(name: string, classes: ClassSet | null): string {
  return `${classes} ${name}`;
}
