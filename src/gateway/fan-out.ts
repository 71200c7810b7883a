/**
 * One event to many sessions: the hot path.
 *
 *     batch ──► pace ──► decide every event once for all audiences ──► join neighbours to runs ──► the same Buffer to
 *                                                                                                  each session
 *
 * An audience is the sessions whose view is the same. What a flush holds for an audience leaves as one Buffer, so a
 * session costs one write per flush, however many events are in it. A write costs what about 30 decisions cost, so
 * flushes are paced: each is followed by a rest in proportion to what it cost, in which events gather. The first event
 * after the rest never waits: where little happens, nothing is delayed.
 */
import type { AmiEvent, UpstreamBatch } from '../ami/decoder.js';
import { indexViews, type ViewIndex } from '../policy/view-index.js';
import type { DecodedEvent, EventView } from '../policy/wants-event.js';
import { wantsEvent } from '../policy/wants-event.js';
import type { Metrics } from '../telemetry/metrics.js';
import { type AudienceCount, EventCounts } from './event-counts.js';

export interface EventSubscriber {
  /** Whole events, in order; the buffer is shared and must not be changed. */
  deliver(bytes: Buffer): void;
}

/** Is told of each event that its subscriber gets. */
export interface EventObserver {
  observe(event: DecodedEvent): void;
}

interface Audience extends AudienceCount {
  readonly view: EventView;
  readonly members: Set<EventSubscriber>;
  /** Of those members that have one. */
  readonly observers: Set<EventObserver>;
  /** start, end, start, end, … of neighbouring wanted events in the batch that is decided. */
  runs: number[];
  /** What the flush holds for it. */
  parts: Buffer[];
  wanted: number;
}

/** A rest of so many times the cost of the flush before it: sessions then take at most a sixth of a core. */
const REST_FACTOR = 5;
/** However much a flush cost, events wait no longer than this. */
const LONGEST_REST_MS = 8;
/** So much is flushed at once, rest or not, which bounds what waits. */
const MOST_PENDING_BYTES = 1 << 20;
/** Audiences that came since the views were indexed are asked one by one; so many, or for so many events, then all are indexed anew. */
const MOST_UNINDEXED = 32;
const MOST_EVENTS_UNINDEXED = 512;

export class FanOut {
  readonly #metrics: Metrics;
  readonly #audiences = new Map<string, Audience>();
  readonly #keys = new Map<EventSubscriber, string>();
  readonly #observers = new Map<EventSubscriber, EventObserver>();
  /** Events that each subscriber got and was spared. */
  readonly counts = new EventCounts();
  #indexed: readonly Audience[] = [];
  #index: ViewIndex = indexViews([]);
  #unindexed: Audience[] = [];
  #eventsUnindexed = 0;
  #pending: UpstreamBatch[] = [];
  #pendingBytes = 0;
  #restUntil = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  /** Puts a subscriber into the audience of its view, out of the one it was in. A view without classes has none. */
  join(subscriber: EventSubscriber, view: EventView, observer: EventObserver | null = null): void {
    const key = `${view.classes} ${view.filters.key}`;
    if (this.#keys.get(subscriber) === key && (this.#observers.get(subscriber) ?? null) === observer) return;
    this.leave(subscriber);
    if (view.classes === 0) return;
    const audience = this.#audiences.get(key) ?? this.#open(key, view);
    audience.members.add(subscriber);
    if (observer !== null) {
      audience.observers.add(observer);
      this.#observers.set(subscriber, observer);
    }
    this.#keys.set(subscriber, key);
    this.counts.joined(subscriber, audience);
    this.#metrics.audiences.set(this.#audiences.size);
  }

  leave(subscriber: EventSubscriber): void {
    // What came before is for who was there before.
    this.flush();
    const key = this.#keys.get(subscriber);
    const audience = key === undefined ? undefined : this.#audiences.get(key);
    if (key === undefined || audience === undefined) return;
    this.#keys.delete(subscriber);
    this.counts.left(subscriber);
    audience.members.delete(subscriber);
    const observer = this.#observers.get(subscriber);
    if (observer !== undefined) audience.observers.delete(observer);
    this.#observers.delete(subscriber);
    if (audience.members.size === 0) this.#audiences.delete(key);
    this.#metrics.audiences.set(this.#audiences.size);
  }

  /** Delivers every event of a batch to who wants it: now, or at the end of the rest. */
  deliver(batch: UpstreamBatch): void {
    this.#pending.push(batch);
    this.#pendingBytes += batch.buffer.length;
    const restMs = this.#restUntil - performance.now();
    if (restMs <= 0 || this.#pendingBytes >= MOST_PENDING_BYTES) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), restMs);
  }

  /** Delivers what waits. */
  flush(): void {
    if (this.#pending.length === 0) return;
    const startedAt = performance.now();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const batches = this.#pending;
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#indexWhenDue();
    const counts = { sent: 0, withheld: 0 };
    const touched = new Set<Audience>();
    for (const batch of batches) this.#decide(batch, touched, counts);
    for (const audience of touched) send(audience);
    if (counts.sent > 0) this.#metrics.events.inc({ decision: 'sent' }, counts.sent);
    if (counts.withheld > 0) this.#metrics.events.inc({ decision: 'withheld' }, counts.withheld);
    const endedAt = performance.now();
    this.#restUntil = endedAt + Math.min((endedAt - startedAt) * REST_FACTOR, LONGEST_REST_MS);
  }

  #open(key: string, view: EventView): Audience {
    const audience: Audience = { view, members: new Set(), observers: new Set(), runs: [], parts: [], wanted: 0 };
    this.#audiences.set(key, audience);
    this.#unindexed.push(audience);
    return audience;
  }

  #indexWhenDue(): void {
    const isDue = this.#unindexed.length > MOST_UNINDEXED || this.#eventsUnindexed > MOST_EVENTS_UNINDEXED;
    if (!isDue) return;
    this.#indexed = [...this.#audiences.values()];
    this.#index = indexViews(this.#indexed.map(({ view }) => view));
    this.#unindexed = [];
    this.#eventsUnindexed = 0;
  }

  #decide(batch: UpstreamBatch, touched: Set<Audience>, counts: { sent: number; withheld: number }): void {
    const inBatch = new Set<Audience>();
    for (const block of batch.blocks) {
      if (block.kind !== 'event') continue;
      const event = new FanOutEvent(batch.buffer, block.event);
      let sent = 0;
      const wanted = (audience: Audience) => {
        sent += audience.members.size;
        audience.wanted += 1;
        inBatch.add(audience);
        addRun(audience.runs, event);
        if (audience.observers.size > 0) for (const observer of audience.observers) observer.observe(event);
      };
      this.#index(event, (view) => {
        const audience = this.#indexed[view];
        if (audience !== undefined && audience.members.size > 0) wanted(audience);
      });
      for (const audience of this.#unindexed) {
        if (audience.members.size > 0 && wantsEvent(audience.view, event)) wanted(audience);
      }
      if (this.#unindexed.length > 0) this.#eventsUnindexed += 1;
      this.counts.decided += 1;
      counts.sent += sent;
      counts.withheld += this.#keys.size - sent;
    }
    for (const audience of inBatch) {
      takeRuns(audience, batch.buffer);
      touched.add(audience);
    }
  }
}

/** What a view reads of an event; the text is only made when a filter wants to see it, once for all audiences. */
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

function addRun(runs: number[], event: FanOutEvent): void {
  if (runs.length > 0 && runs[runs.length - 1] === event.start) runs[runs.length - 1] = event.end;
  else runs.push(event.start, event.end);
}

function takeRuns(audience: Audience, buffer: Buffer): void {
  const { runs, parts } = audience;
  for (let i = 0; i < runs.length; i += 2) parts.push(buffer.subarray(runs[i], runs[i + 1]));
  audience.runs = [];
}

function send(audience: Audience): void {
  const { parts, members } = audience;
  const [first] = parts;
  audience.parts = [];
  if (first === undefined) return;
  const bytes = parts.length === 1 ? ownBytes(first) : Buffer.concat(parts);
  for (const member of members) member.deliver(bytes);
}

/** A slice keeps its whole chunk in memory for as long as it waits for a slow client: a small one is copied out of it. */
function ownBytes(part: Buffer): Buffer {
  return part.length * 4 < part.buffer.byteLength ? Buffer.from(part) : part;
}
