/**
 * Gives events the text that `[general]` asks for, once per event and before anybody sees or filters it:
 *
 *     event ──► channelvars ──► disabledevents ──► timestampevents, debug ──► fan-out
 *
 * An option that is not set leaves what Asterisk sends as it is; where none is set, batches go through untouched.
 */
import type { AmiEvent, UpstreamBatch, UpstreamBlock } from '../ami/decoder.js';
import { type EventHead, joinEventHead, splitEventHead } from '../ami/event-head.js';
import { formatTimestamp } from '../ami/timestamp.js';
import type { ActionTable } from '../policy/action-classes.js';
import { ChannelVariables } from './channel-variables.js';
import type { ForwardQuestion } from './variable-query.js';

export interface EventRewriterDeps {
  /** Milliseconds since the epoch, with fractions. */
  readonly nowMs: () => number;
}

/** Of `[general]`; `null` for what is not set. */
export interface EventRewriterSettings {
  readonly timestampEvents: boolean | null;
  readonly debug: boolean | null;
  readonly channelVars: readonly string[] | null;
  readonly disabledEvents: readonly string[];
}

export class EventRewriter {
  readonly #deps: EventRewriterDeps;
  #variables: ChannelVariables | null;
  #settings: EventRewriterSettings;
  #disabled: ReadonlySet<string>;
  /** How Asterisk is asked for what is set already; `null` before it was there. */
  #source: { readonly forward: ForwardQuestion; readonly actions: ActionTable } | null = null;
  #sequenceNumber = 0;
  /** Asterisk's latest event: it shows what Asterisk writes into the heads of all. */
  #model: { readonly buffer: Buffer; readonly event: AmiEvent } | null = null;

  constructor(deps: EventRewriterDeps, settings: EventRewriterSettings) {
    this.#deps = deps;
    this.#settings = settings;
    this.#disabled = new Set(settings.disabledEvents);
    this.#variables = variablesOf(settings);
  }

  /** Events from now on are written so. */
  adopt(settings: EventRewriterSettings): void {
    const isSame = JSON.stringify(settings.channelVars) === JSON.stringify(this.#settings.channelVars);
    this.#settings = settings;
    this.#disabled = new Set(settings.disabledEvents);
    if (isSame) return;
    this.#variables = variablesOf(settings);
    if (this.#source !== null) this.#variables?.start(this.#source.forward, this.#source.actions);
  }

  /** Asterisk is there, for the first time or again. */
  start(forward: ForwardQuestion, actions: ActionTable): void {
    this.#source = { forward, actions };
    this.#variables?.start(forward, actions);
  }

  /** What Asterisk sent, before anything is taken out. */
  observe({ buffer, blocks }: UpstreamBatch): void {
    const last = blocks.at(-1);
    // The FullyBooted that answers a login has none of the lines that others have.
    if (last?.kind === 'event' && last.event.name !== 'FullyBooted') this.#model = { buffer, event: last.event };
  }

  /** Events of Asterisk, in its order. */
  rewrite(batch: UpstreamBatch): UpstreamBatch {
    if (this.#isIdle) return batch;
    return this.#rebuild(batch, (head) => this.#rewriteHead(head));
  }

  /** Events of the gateway's own, which have to look like Asterisk's. */
  rewriteOwn(batch: UpstreamBatch): UpstreamBatch {
    const model = this.#modelHead();
    const isStamped = this.#settings.timestampEvents ?? (model !== null && model.timestamp !== '');
    return this.#rebuild(batch, (head) => {
      const timestamp = isStamped ? this.#timestamp() : '';
      return this.#rewriteHead({ ...head, timestamp, systemName: model?.systemName ?? '' });
    });
  }

  get #isIdle(): boolean {
    const { timestampEvents, debug, channelVars } = this.#settings;
    return timestampEvents === null && debug === null && channelVars === null && this.#disabled.size === 0;
  }

  #rebuild(batch: UpstreamBatch, rewriteHead: (head: EventHead) => EventHead): UpstreamBatch {
    let text = '';
    const blocks: UpstreamBlock[] = [];
    for (const block of batch.blocks) {
      if (block.kind !== 'event') continue;
      const { name, start, end } = block.event;
      const rewritten = this.#rewriteEvent(name, batch.buffer.toString('latin1', start, end), rewriteHead);
      if (rewritten === null) continue;
      const from = text.length;
      text += rewritten;
      blocks.push({ kind: 'event', event: { ...block.event, start: from, end: text.length } });
    }
    return { buffer: Buffer.from(text, 'latin1'), blocks };
  }

  /** `null` for an event that is not to be. */
  #rewriteEvent(name: string, text: string, rewriteHead: (head: EventHead) => EventHead): string | null {
    // A VarSet that nobody may see still tells a value.
    const described = this.#variables?.rewrite(name, text) ?? text;
    if (this.#disabled.has(name)) return null;
    const head = splitEventHead(described);
    if (head === null) return described;
    return joinEventHead(rewriteHead(head)) + described.slice(joinEventHead(head).length);
  }

  #rewriteHead(head: EventHead): EventHead {
    const { timestampEvents, debug } = this.#settings;
    const timestamp = timestampEvents ? head.timestamp || this.#timestamp() : head.timestamp;
    const stamped = { ...head, timestamp: timestampEvents === false ? '' : timestamp };
    if (debug === null) return stamped;
    if (!debug) return { ...stamped, sequenceNumber: '', origin: '' };
    // Counted here even if Asterisk counts too: its numbers have gaps where an event concerned only the gateway.
    const sequenceNumber = `SequenceNumber: ${this.#sequenceNumber}\r\n`;
    // Asterisk's counter is a C int.
    this.#sequenceNumber = (this.#sequenceNumber + 1) | 0;
    return { ...stamped, sequenceNumber };
  }

  #timestamp(): string {
    return `Timestamp: ${formatTimestamp(this.#deps.nowMs())}\r\n`;
  }

  #modelHead(): EventHead | null {
    if (this.#model === null) return null;
    const { buffer, event } = this.#model;
    return splitEventHead(buffer.toString('latin1', event.start, event.end));
  }
}

function variablesOf({ channelVars }: EventRewriterSettings): ChannelVariables | null {
  return channelVars === null ? null : new ChannelVariables(channelVars);
}
