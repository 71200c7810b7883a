/**
 * Where the two sides meet.
 *
 *     client ──► connection ──► session.receive ──► authorizeAction ──► Permit ──► relay.forward ──► lease ──► Asterisk
 *     client ◄── connection.send ◄── session ◄──────────── answer, byte for byte ◄── until the sentinel ◄──── Asterisk
 *
 *     Asterisk ──► event stream ──► relay.fromUpstream ──► fan-out (decide once per audience) ──► session ──► client
 *
 * The relay keeps the upstream: it logs in, learns what Asterisk offers, notices when it is gone, and comes back with
 * backoff. Sessions live through that; their actions are answered with an error while it lasts.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { UpstreamBatch, UpstreamBlock } from '../ami/decoder.js';
import { UpstreamDecoder } from '../ami/decoder.js';
import { backoffMs } from '../lib/backoff.js';
import type { Result } from '../lib/result.js';
import { type ActionTable, learnActions } from '../policy/action-classes.js';
import type { Permit } from '../policy/authorize-action.js';
import type { Log } from '../telemetry/logger.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { ActionPool, ForwardSink, Lease } from './action-pool.js';
import { type Booted, decodeBooted, encodeBooted } from './booted.js';
import { EventStream, type EventStreamSettings } from './event-stream.js';
import type { FanOut } from './fan-out.js';
import type { OwnTraffic } from './own-traffic.js';
import type { OpenedUpstream, UpstreamEvents, UpstreamFailure } from './upstream-login.js';
import { missingRights } from './upstream-rights.js';

export interface RelayDeps {
  readonly open: (events: UpstreamEvents) => Promise<Result<OpenedUpstream, UpstreamFailure>>;
  readonly pool: ActionPool;
  readonly fanOut: FanOut;
  readonly ownTraffic: OwnTraffic;
  readonly nowMs: () => number;
  readonly random: () => number;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface RelaySettings extends EventStreamSettings {
  readonly username: string;
  /** The shortest and the longest wait between attempts to reach Asterisk, in milliseconds. */
  readonly reconnectMinMs: number;
  readonly reconnectMaxMs: number;
}

type State =
  | { readonly phase: 'away' }
  | { readonly phase: 'learning'; readonly stream: EventStream }
  | { readonly phase: 'up'; readonly stream: EventStream }
  | { readonly phase: 'stopped' };

/** After a module came or went, wait for the others of the same reload before learning again. */
const RELEARN_MS = 250;

export class Relay {
  readonly #deps: RelayDeps;
  readonly #settings: RelaySettings;
  readonly #abort = new AbortController();
  #state: State = { phase: 'away' };
  #banner: Buffer = Buffer.alloc(0);
  #actions: ActionTable = learnActions([]);
  #booted: Booted | null = null;
  #relearn: NodeJS.Timeout | null = null;
  #failures = 0;
  #lastFailure: string | null = null;
  #firstUp: () => void = () => undefined;

  constructor(deps: RelayDeps, settings: RelaySettings) {
    this.#deps = deps;
    this.#settings = settings;
  }

  /** Begins to connect and keeps the upstream from then on; resolves when Asterisk was reached for the first time. */
  start(): Promise<void> {
    void this.#connect();
    return new Promise((resolve) => {
      this.#firstUp = resolve;
    });
  }

  stop(): void {
    const state = this.#state;
    this.#state = { phase: 'stopped' };
    this.#abort.abort();
    if (this.#relearn !== null) clearTimeout(this.#relearn);
    if (state.phase === 'up' || state.phase === 'learning') state.stream.stop();
    this.#deps.pool.stop();
  }

  get isUp(): boolean {
    return this.#state.phase === 'up';
  }

  /** Asterisk's own first line, with its CR LF. */
  get banner(): Buffer {
    return this.#banner;
  }

  /** What Asterisk offers, as it told at the last login. */
  get actions(): ActionTable {
    return this.#actions;
  }

  /** The FullyBooted for a client that logs in now; `null` while Asterisk is away or still booting. */
  fullyBooted(): Buffer | null {
    return this.#booted === null ? null : encodeBooted(this.#booted, this.#deps.nowMs());
  }

  /** Door: out to Asterisk. */
  forward(permit: Permit, sink: ForwardSink): Lease {
    return this.#deps.pool.forward(permit, sink);
  }

  /** Calls back when every event that Asterisk has made until now was delivered; at once while Asterisk is away. */
  barrier(passed: () => void): void {
    if (this.#state.phase === 'up') this.#state.stream.barrier(passed);
    else queueMicrotask(passed);
  }

  /** Door: in from Asterisk. Delivers events, less those that concern only the gateway's own account. */
  fromUpstream(batch: UpstreamBatch): void {
    this.#deps.metrics.upstreamEvents.inc(batch.blocks.length);
    const blocks = batch.blocks.filter((block) => this.#isForClients(batch.buffer, block));
    this.#deps.fanOut.deliver(blocks.length === batch.blocks.length ? batch : { buffer: batch.buffer, blocks });
  }

  /** Delivers an event of the gateway's own, already encoded, such as a security event. */
  raise(event: Buffer): void {
    this.#deps.fanOut.deliver(new UpstreamDecoder().push(event));
  }

  async #connect(): Promise<void> {
    while (this.#state.phase === 'away') {
      const opened = await this.#deps.open('on');
      if (opened.ok) return this.#learn(opened.value);
      this.#reportFailure(opened.failure);
      this.#failures += 1;
      const { reconnectMinMs, reconnectMaxMs } = this.#settings;
      const bounds = { minMs: reconnectMinMs, maxMs: reconnectMaxMs };
      const waitMs = backoffMs(bounds, this.#failures, this.#deps.random());
      await delay(waitMs, undefined, { signal: this.#abort.signal }).catch(() => undefined);
    }
  }

  async #learn(opened: OpenedUpstream): Promise<void> {
    if (this.#state.phase === 'stopped') {
      opened.socket.destroy();
      return;
    }
    const received = (batch: UpstreamBatch) => this.fromUpstream(batch);
    const closed = (reason: string) => this.#lost(stream, reason);
    const stream = new EventStream(opened.socket, { received, closed }, this.#settings);
    this.#state = { phase: 'learning', stream };
    stream.start(opened.rest);
    const learnt = await this.#askActions(stream);
    if (!learnt || this.#state.phase !== 'learning') return;
    this.#banner = opened.banner;
    this.#up(stream);
    void this.#checkRights(stream);
  }

  #up(stream: EventStream): void {
    this.#state = { phase: 'up', stream };
    this.#failures = 0;
    this.#lastFailure = null;
    this.#deps.pool.start();
    this.#deps.metrics.upstreamUp.set(1);
    const banner = this.#banner.toString('latin1').trim();
    this.#deps.log.info({ banner, actions: this.#actions.announced.length }, 'upstream is up');
    this.#firstUp();
  }

  #lost(stream: EventStream, reason: string): void {
    const state = this.#state;
    if (state.phase === 'stopped' || state.phase === 'away' || state.stream !== stream) return;
    this.#state = { phase: 'away' };
    this.#booted = null;
    this.#deps.pool.stop();
    this.#deps.metrics.upstreamUp.set(0);
    this.#deps.log.warn({ reason }, 'upstream is gone: sessions stay, actions are answered with an error');
    void this.#connect();
  }

  /** One line for each new kind of trouble, not one for each attempt. */
  #reportFailure(failure: UpstreamFailure): void {
    if (this.#lastFailure === failure.message) return;
    this.#lastFailure = failure.message;
    this.#deps.log.error({ reason: failure.kind, detail: failure.message }, 'upstream login failed, trying again');
  }

  async #askActions(stream: EventStream): Promise<boolean> {
    const answer = await stream.ask(['Action: ListCommands']);
    if (answer === null) return false;
    this.#actions = learnActions(answer.split('\r\n').slice(2));
    return true;
  }

  async #checkRights(stream: EventStream): Promise<void> {
    const answer = await stream.ask(['Action: Command', `Command: manager show user ${this.#settings.username}`]);
    const missing = answer === null ? [] : missingRights(answer);
    for (const detail of missing) this.#deps.log.error({ detail }, 'upstream account lacks rights');
  }

  /** Takes note of what concerns the gateway itself; false for what clients must not see. */
  #isForClients(buffer: Buffer, block: UpstreamBlock): boolean {
    if (block.kind === 'other') return false;
    const { name, start, end } = block.event;
    switch (name) {
      case 'FullyBooted':
        this.#booted = decodeBooted(buffer.toString('latin1', start, end), this.#deps.nowMs());
        return true;
      case 'Reload':
        this.#noteReload(buffer.toString('latin1', start, end));
        return true;
      case 'Load':
      case 'Unload':
        this.#learnAgainSoon();
        return true;
      default:
        return !(SECURITY_EVENTS.has(name) && this.#deps.ownTraffic.isAbout(buffer.toString('latin1', start, end)));
    }
  }

  /** A reload of everything resets what FullyBooted calls LastReload. */
  #noteReload(text: string): void {
    if (this.#booted === null || !text.includes('\r\nModule: All\r\n')) return;
    this.#booted = { ...this.#booted, reloadedAtMs: this.#deps.nowMs() };
  }

  #learnAgainSoon(): void {
    if (this.#relearn !== null) return;
    this.#relearn = setTimeout(() => {
      this.#relearn = null;
      if (this.#state.phase === 'up') void this.#askActions(this.#state.stream);
    }, RELEARN_MS);
  }
}

const SECURITY_EVENTS: ReadonlySet<string> = new Set([
  'FailedACL',
  'InvalidAccountID',
  'SessionLimit',
  'MemoryLimit',
  'LoadAverageLimit',
  'RequestNotSupported',
  'RequestNotAllowed',
  'AuthMethodNotAllowed',
  'RequestBadFormat',
  'SuccessfulAuth',
  'UnexpectedAddress',
  'ChallengeResponseFailed',
  'InvalidPassword',
  'ChallengeSent',
  'InvalidTransport',
]);
