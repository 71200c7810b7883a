/**
 * The one upstream connection that carries events, and the knowledge of whether Asterisk is there.
 *
 *     openUpstream ──► learn ListCommands ──► up ──► blocks ──► relay.fromUpstream
 *          ▲                                          │
 *          └──── backoff ◄──── down ◄─────────────────┘  (closed, silent, or not understood)
 *
 * `barrier` asks Asterisk for a Pong on this connection. Asterisk flushes a connection's events before it answers, so
 * when the Pong is here, so is every event that existed before: what a client's own Ping shows it at Asterisk.
 */
import type { Socket } from 'node:net';
import { type UpstreamBatch, UpstreamDecoder } from '../ami/decoder.js';
import { encodeAction } from '../ami/encoder.js';
import { newToken } from './token.js';

export interface EventStreamSettings {
  /** A Ping leaves after so long without bytes from Asterisk, in milliseconds. */
  readonly keepaliveIntervalMs: number;
  /** Without any byte for so long behind that, Asterisk counts as gone, in milliseconds. */
  readonly keepaliveTimeoutMs: number;
}

export type StreamEnd = 'closed' | 'silent' | 'not-understood' | 'replaced';

export interface EventStreamReceiver {
  /** What Asterisk sent; answers to our own questions are already taken out of `blocks` by their ActionID. */
  received(batch: UpstreamBatch): void;
  closed(reason: StreamEnd): void;
}

/** More than any event or answer of Asterisk; a block that does not end by then is not AMI. */
const MAX_BLOCK_BYTES = 8 << 20;
const ACTION_ID = /\r\nActionID: ([0-9a-f]{32})\r\n/;

interface Question {
  /** What a Ping is asked for waits for it; anything else can do without its answer. */
  readonly kind: 'ping' | 'other';
  readonly answered: (answer: string | null) => void;
  /** How often the watch has met it. */
  looks: number;
}

export class EventStream {
  readonly #socket: Socket;
  readonly #receiver: EventStreamReceiver;
  readonly #settings: EventStreamSettings;
  readonly #decoder = new UpstreamDecoder();
  readonly #questions = new Map<string, Question>();
  #barriers: (() => void)[] = [];
  #isBarrierAsked = false;
  #isOpen = true;
  #lastByteAt = performance.now();
  /** When the Ping left that asks whether Asterisk still lives; `null` while there is no doubt. */
  #doubtedAt: number | null = null;
  #keepalive: NodeJS.Timeout | null = null;

  constructor(socket: Socket, receiver: EventStreamReceiver, settings: EventStreamSettings) {
    this.#socket = socket;
    this.#receiver = receiver;
    this.#settings = settings;
  }

  /** Begins to read; `rest` is what came with the login. */
  start(rest: Buffer): void {
    this.#socket.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#socket.on('close', () => this.#close('closed'));
    this.#socket.on('end', () => this.#close('closed'));
    this.#keepalive = setInterval(() => this.#watch(), this.#lookMs);
    if (rest.length > 0) this.#take(rest);
    this.#socket.resume();
  }

  /** Asks with an action of our own and resolves with its one answer block, or `null` when none came. */
  ask(lines: readonly string[]): Promise<string | null> {
    return new Promise((resolve) => this.#ask(lines, 'other', resolve));
  }

  /** Calls back when every event that Asterisk has made until now was received, or when the connection ended. */
  barrier(passed: () => void): void {
    if (!this.#isOpen) return queueMicrotask(passed);
    this.#barriers.push(passed);
    if (!this.#isBarrierAsked) this.#askBarrier();
  }

  stop(reason: StreamEnd): void {
    this.#close(reason);
  }

  /** One Ping serves all who wait when it leaves; who comes while it is under way waits for the next one. */
  #askBarrier(): void {
    const waiting = this.#barriers;
    this.#barriers = [];
    this.#isBarrierAsked = true;
    this.#ask(['Action: Ping'], 'ping', () => {
      this.#isBarrierAsked = false;
      for (const passed of waiting) passed();
      if (this.#barriers.length > 0) this.#askBarrier();
    });
  }

  #ask(lines: readonly string[], kind: Question['kind'], answered: Question['answered']): void {
    if (!this.#isOpen) return queueMicrotask(() => answered(null));
    const token = newToken();
    this.#questions.set(token, { kind, answered, looks: 0 });
    this.#socket.write(encodeAction([...lines, `ActionID: ${token}`]));
  }

  #take(chunk: Buffer): void {
    this.#lastByteAt = performance.now();
    this.#doubtedAt = null;
    const batch = this.#decoder.push(chunk);
    if (this.#decoder.pendingBytes > MAX_BLOCK_BYTES) return this.#close('not-understood');
    if (batch.blocks.every((block) => block.kind === 'event')) return this.#receiver.received(batch);
    this.#takeInParts(batch);
  }

  /** Delivers the events before an answer first: that order is what a barrier promises. */
  #takeInParts(batch: UpstreamBatch): void {
    let from = 0;
    batch.blocks.forEach((block, index) => {
      if (block.kind !== 'other') return;
      if (index > from) this.#receiver.received({ buffer: batch.buffer, blocks: batch.blocks.slice(from, index) });
      from = index + 1;
      this.#answer(block.text);
    });
    if (from < batch.blocks.length) this.#receiver.received({ buffer: batch.buffer, blocks: batch.blocks.slice(from) });
  }

  #answer(text: string): void {
    const token = ACTION_ID.exec(text)?.[1];
    const question = token === undefined ? undefined : this.#questions.get(token);
    if (token === undefined || question === undefined) return;
    this.#questions.delete(token);
    question.answered(text);
  }

  #watch(): void {
    this.#giveUpQuestions();
    if (!this.#isOpen) return;
    const now = performance.now();
    const { keepaliveIntervalMs, keepaliveTimeoutMs } = this.#settings;
    // Counted from the Ping and not from the last byte: a machine that slept must not take its own sleep for silence.
    if (this.#doubtedAt !== null && now - this.#doubtedAt >= keepaliveTimeoutMs) return this.#close('silent');
    if (this.#doubtedAt !== null || now - this.#lastByteAt < keepaliveIntervalMs) return;
    this.#doubtedAt = now;
    this.#ask(['Action: Ping'], 'ping', () => undefined);
  }

  /**
   * An Asterisk that sends events and answers nothing would keep whoever waits for them waiting. Counted in looks and not
   * by the clock: behind a sleep of ours the answer may lie unread in the socket.
   */
  #giveUpQuestions(): void {
    const { keepaliveIntervalMs, keepaliveTimeoutMs } = this.#settings;
    const mostLooks = (keepaliveIntervalMs + keepaliveTimeoutMs) / this.#lookMs;
    for (const [token, question] of this.#questions) {
      question.looks += 1;
      if (question.looks <= mostLooks) continue;
      if (question.kind === 'ping') return this.#close('silent');
      this.#questions.delete(token);
      question.answered(null);
    }
  }

  get #lookMs(): number {
    return Math.min(this.#settings.keepaliveIntervalMs, this.#settings.keepaliveTimeoutMs) / 2;
  }

  #close(reason: StreamEnd): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    if (this.#keepalive !== null) clearInterval(this.#keepalive);
    this.#socket.destroy();
    const questions = [...this.#questions.values()];
    this.#questions.clear();
    for (const { answered } of questions) answered(null);
    const barriers = this.#barriers;
    this.#barriers = [];
    for (const passed of barriers) passed();
    this.#receiver.closed(reason);
  }
}
