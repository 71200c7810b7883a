/**
 * How many events each subscriber got and was spared. Counted once per audience and event: what a subscriber got is what
 * its audience wanted while it was in it.
 */

/** What an audience counts. */
export interface AudienceCount {
  /** Events that it wanted since it exists. */
  readonly wanted: number;
}

/** Events, since the session began. */
export interface EventCount {
  readonly delivered: number;
  /** Withheld by class or filter while the session asked for events at all. */
  readonly filtered: number;
}

interface Membership {
  readonly audience: AudienceCount;
  readonly wantedBefore: number;
  readonly decidedBefore: number;
}

const NONE: EventCount = { delivered: 0, filtered: 0 };

export class EventCounts {
  /** Events that were decided since the start. */
  decided = 0;
  /** Weak: who is gone needs no count, and nobody has to say so. */
  readonly #past = new WeakMap<object, EventCount>();
  readonly #memberships = new WeakMap<object, Membership>();

  joined(subscriber: object, audience: AudienceCount): void {
    this.#memberships.set(subscriber, { audience, wantedBefore: audience.wanted, decidedBefore: this.decided });
  }

  left(subscriber: object): void {
    this.#past.set(subscriber, this.of(subscriber));
    this.#memberships.delete(subscriber);
  }

  of(subscriber: object): EventCount {
    const past = this.#past.get(subscriber) ?? NONE;
    const membership = this.#memberships.get(subscriber);
    if (membership === undefined) return past;
    const delivered = membership.audience.wanted - membership.wantedBefore;
    const decided = this.decided - membership.decidedBefore;
    return { delivered: past.delivered + delivered, filtered: past.filtered + decided - delivered };
  }
}
