/** The kinds of compiled event filters, told apart by what they read of an event. */
import type { FilterAction } from './event-filter-criteria.js';
import type { TextTest } from './event-filter-test.js';

interface FilterCommon {
  readonly action: FilterAction;
  /** True when the verdict depends on nothing but the event's name, so that it can be remembered by name. */
  readonly readsOnlyName: boolean;
  /** The same for filters that mean the same. */
  readonly key: string;
  /** `file:line` where it is written; `null` for the Filter action. For people: no decision reads it. */
  readonly place: string | null;
}

/** A `name` that is `null` does not matter. A `header` ends with its colon. */
export type EventFilter = FilterCommon &
  (
    | { readonly kind: 'name'; readonly name: string }
    | { readonly kind: 'name-prefix'; readonly prefix: string }
    | { readonly kind: 'text'; readonly name: string | null; readonly test: TextTest }
    | { readonly kind: 'header'; readonly name: string | null; readonly header: string; readonly test: TextTest }
  );
