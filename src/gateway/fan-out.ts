/**
 * One event to many sessions: the hot path.
 *
 *     batch ──► for each audience: decide every event once, join neighbours to runs ──► the same Buffer to each session
 *
 * An audience is the sessions whose view is the same. What a batch holds for an audience leaves as one Buffer, so a
 * session costs one queue entry and one write per chunk of Asterisk, however many events are in it.
 */
import type { AmiEvent, UpstreamBatch } from '../ami/decoder.js';
import type { DecodedEvent, EventView } from '../policy/wants-event.js';
import { wantsEvent } from '../policy/wants-event.js';
import type { Metrics } from '../telemetry/metrics.js';

export interface EventSubscriber {
  /** Whole events, in order; the buffer is shared and must not be changed. */
  deliver(bytes: Buffer): void;
}

interface Audience {
  readonly view: EventView;
  readonly members: Set<EventSubscriber>;
}

export class FanOut {
  readonly #metrics: Metrics;
  readonly #audiences = new Map<string, Audience>();
  readonly #keys = new Map<EventSubscriber, string>();

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  /** Puts a subscriber into the audience of its view, out of the one it was in. A view without classes has none. */
  join(subscriber: EventSubscriber, view: EventView): void {
    this.leave(subscriber);
    if (view.classes === 0) return;
    const key = `${view.classes} ${view.filters.key}`;
    const audience = this.#audiences.get(key) ?? { view, members: new Set() };
    audience.members.add(subscriber);
    this.#audiences.set(key, audience);
    this.#keys.set(subscriber, key);
    this.#metrics.audiences.set(this.#audiences.size);
  }

  leave(subscriber: EventSubscriber): void {
    const key = this.#keys.get(subscriber);
    const audience = key === undefined ? undefined : this.#audiences.get(key);
    if (key === undefined || audience === undefined) return;
    this.#keys.delete(subscriber);
    audience.members.delete(subscriber);
    if (audience.members.size === 0) this.#audiences.delete(key);
    this.#metrics.audiences.set(this.#audiences.size);
  }

  /** Decides and delivers every event of a batch. */
  deliver(batch: UpstreamBatch): void {
    const events: FanOutEvent[] = [];
    for (const block of batch.blocks)
      if (block.kind === 'event') events.push(new FanOutEvent(batch.buffer, block.event));
    if (events.length === 0) return;
    let sent = 0;
    let withheld = 0;
    for (const audience of this.#audiences.values()) {
      const runs = wantedRuns(audience.view, events);
      const size = audience.members.size;
      sent += runs.count * size;
      withheld += (events.length - runs.count) * size;
      if (runs.count === 0) continue;
      const bytes = joinRuns(batch.buffer, runs.offsets);
      for (const member of audience.members) member.deliver(bytes);
    }
    if (sent > 0) this.#metrics.events.inc({ decision: 'sent' }, sent);
    if (withheld > 0) this.#metrics.events.inc({ decision: 'withheld' }, withheld);
  }
}

/** What `wantsEvent` reads of an event; the text is only made when a filter wants to see it, once for all audiences. */
class FanOutEvent implements DecodedEvent {
  readonly name: string;
  readonly classes: number | null;
  readonly start: number;
  readonly end: number;
  readonly #buffer: Buffer;
  #text: string | null = null;

  constructor(buffer: Buffer, event: AmiEvent) {
    this.#buffer = buffer;
    this.name = event.name;
    this.classes = event.classes;
    this.start = event.start;
    this.end = event.end;
  }

  get text(): string {
    this.#text ??= this.#buffer.toString('latin1', this.start, this.end);
    return this.#text;
  }
}

interface Runs {
  /** start, end, start, end, … of neighbouring wanted events. */
  readonly offsets: readonly number[];
  readonly count: number;
}

function wantedRuns(view: EventView, events: readonly FanOutEvent[]): Runs {
  const offsets: number[] = [];
  let count = 0;
  for (const event of events) {
    if (!wantsEvent(view, event)) continue;
    count += 1;
    if (offsets.at(-1) === event.start) offsets[offsets.length - 1] = event.end;
    else offsets.push(event.start, event.end);
  }
  return { offsets, count };
}

/** A slice keeps the whole chunk in memory for as long as it waits for a slow client: a small part is copied out. */
const WORTH_A_SLICE = 1 / 4;

function joinRuns(buffer: Buffer, offsets: readonly number[]): Buffer {
  const [start = 0, end = 0] = offsets;
  const isOneRun = offsets.length === 2;
  if (isOneRun && end - start >= buffer.length * WORTH_A_SLICE) return buffer.subarray(start, end);
  if (isOneRun) return Buffer.from(buffer.subarray(start, end));
  const runs: Buffer[] = [];
  for (let i = 0; i < offsets.length; i += 2) runs.push(buffer.subarray(offsets[i], offsets[i + 1]));
  return Buffer.concat(runs);
}
