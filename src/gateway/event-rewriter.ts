/**
 * Gives events the text that `[general]` asks for, once per event and before anybody sees or filters it:
 *
 *     event ──► channelvars ──► disabledevents ──► timestampevents, debug ──► fan-out
 *
 * An option that is not set leaves what Asterisk sends as it is; where none is set, batches go through untouched.
 */
import type { UpstreamBatch, UpstreamBlock } from '../ami/decoder.js';
import { type EventHead, joinEventHead, splitEventHead } from '../ami/event-head.js';
import { formatTimestamp } from '../ami/timestamp.js';
import type { ChannelVariables } from './channel-variables.js';

export interface EventRewriterDeps {
  /** `null`: channelvars is not set. */
  readonly variables: ChannelVariables | null;
  readonly nowMs: () => number;
}

export interface EventRewriterSettings {
  readonly timestampEvents: boolean | null;
  readonly debug: boolean | null;
  readonly disabledEvents: readonly string[];
}

export class EventRewriter {
  readonly #deps: EventRewriterDeps;
  readonly #settings: EventRewriterSettings;
  readonly #disabled: ReadonlySet<string>;
  readonly #isIdle: boolean;
  #sequenceNumber = 0;
  /** Where Asterisk's own form of events can be seen. */
  #latest: UpstreamBatch | null = null;

  constructor(deps: EventRewriterDeps, settings: EventRewriterSettings) {
    this.#deps = deps;
    this.#settings = settings;
    this.#disabled = new Set(settings.disabledEvents);
    const { timestampEvents, debug } = settings;
    const asksForText = timestampEvents !== null || debug !== null || deps.variables !== null;
    this.#isIdle = !asksForText && this.#disabled.size === 0;
  }

  /** Events of Asterisk, in its order. */
  rewrite(batch: UpstreamBatch): UpstreamBatch {
    this.#latest = batch;
    if (this.#isIdle) return batch;
    return this.#rebuild(batch, (head) => this.#rewriteHead(head));
  }

  /** Events of the gateway's own, which have to look like Asterisk's. */
  rewriteOwn(batch: UpstreamBatch): UpstreamBatch {
    const model = this.#latestHead();
    const isStamped = this.#settings.timestampEvents ?? (model !== null && model.timestamp !== '');
    return this.#rebuild(batch, (head) => {
      const timestamp = isStamped ? this.#timestamp() : '';
      return this.#rewriteHead({ ...head, timestamp, systemName: model?.systemName ?? '' });
    });
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
    const described = this.#deps.variables?.rewrite(name, text) ?? text;
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

  /** The head of Asterisk's latest event; the FullyBooted at login has none of these lines and tells nothing. */
  #latestHead(): EventHead | null {
    if (this.#latest === null) return null;
    const { buffer, blocks } = this.#latest;
    for (const block of blocks.toReversed()) {
      if (block.kind !== 'event' || block.event.name === 'FullyBooted') continue;
      return splitEventHead(buffer.toString('latin1', block.event.start, block.event.end));
    }
    return null;
  }
}
