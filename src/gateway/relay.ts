/**
 * Where the two sides meet.
 *
 *     client ──► connection ──► session.receive ──► authorizeAction ──► Permit ──► relay.forward ──► lease ──► Asterisk
 *     client ◄── connection.send ◄── session ◄──────────── answer, byte for byte ◄── until the sentinel ◄──── Asterisk
 *
 *     Asterisk ──► event stream ──► relay.fromUpstream ──► rewriter ──► fan-out (once per audience) ──► session ──► client
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
import type { EventRewriter } from './event-rewriter.js';
import { EventStream, type EventStreamSettings, type StreamEnd } from './event-stream.js';
import type { FanOut } from './fan-out.js';
import type { OwnTraffic } from './own-traffic.js';
import type { OpenedUpstream, UpstreamEvents, UpstreamFailure } from './upstream-login.js';
import { missingRights } from './upstream-rights.js';

export interface RelayDeps {
  readonly open: (events: UpstreamEvents) => Promise<Result<OpenedUpstream, UpstreamFailure>>;
  readonly pool: Pick<ActionPool, 'start' | 'stop' | 'retire' | 'forward'>;
  /** Before the fan-out, so that it works once per event and filters see what clients see. */
  readonly rewriter: EventRewriter;
  readonly fanOut: FanOut;
  readonly ownTraffic: OwnTraffic;
  readonly nowMs: () => number;
  readonly random: () => number;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** `null` for what Asterisk did not tell, or is not set. */
export interface Identity {
  /** Such as `22.10.1`. */
  readonly version: string | null;
  /** `systemname` of asterisk.conf. */
  readonly systemName: string | null;
}

/** What an operator sees of the upstream. */
export interface UpstreamStatus {
  readonly phase: State['phase'];
  /** Since when it is up, or is not; milliseconds since the epoch. */
  readonly sinceMs: number;
  /** Without its line end; empty before the first login. */
  readonly banner: string;
  readonly identity: Identity;
  /** How often the event stream was logged in. */
  readonly logins: number;
  /** Why the last attempt failed; `null` while it is up. */
  readonly lastFailure: string | null;
}

export interface RelaySettings extends EventStreamSettings {
  readonly username: string;
  /** The shortest and the longest wait between attempts to reach Asterisk, in milliseconds. */
  readonly reconnectMinMs: number;
  readonly reconnectMaxMs: number;
}

type State =
  | { readonly phase: 'away' }
  /** Logged in, but what Asterisk offers is not known yet; its events wait until it is. */
  | { readonly phase: 'learning'; readonly stream: EventStream; readonly early: UpstreamBatch[] }
  | { readonly phase: 'up'; readonly stream: EventStream; readonly sinceMs: number }
  | { readonly phase: 'stopped' };

/** Events that may wait while Asterisk is asked what it offers: far more than come within one round trip. */
const MAX_EARLY_BYTES = 8 << 20;
/** After a module came or went, wait for the others of the same reload before learning again. */
const RELEARN_MS = 250;

export class Relay {
  readonly #deps: RelayDeps;
  #settings: RelaySettings;
  #state: State = { phase: 'away' };
  #banner: Buffer = Buffer.alloc(0);
  #actions: ActionTable = learnActions([]);
  #booted: Booted | null = null;
  #identity: Identity = { version: null, systemName: null };
  #relearn: NodeJS.Timeout | null = null;
  /** Ends the wait for the next attempt. */
  #wait = new AbortController();
  /** Counts how often the upstream became another one: what was begun before is not wanted any more. */
  #generation = 0;
  #failures = 0;
  #logins = 0;
  #awaySinceMs = 0;
  #lastFailure: string | null = null;
  #firstUp: () => void = () => undefined;

  constructor(deps: RelayDeps, settings: RelaySettings) {
    this.#deps = deps;
    this.#settings = settings;
  }

  /** Begins to connect and keeps the upstream from then on; resolves when Asterisk was reached for the first time. */
  start(): Promise<void> {
    this.#awaySinceMs = this.#deps.nowMs();
    void this.#connect();
    return new Promise((resolve) => {
      this.#firstUp = resolve;
    });
  }

  stop(): void {
    const state = this.#state;
    this.#state = { phase: 'stopped' };
    this.#wait.abort();
    if (this.#relearn !== null) clearTimeout(this.#relearn);
    if (state.phase === 'up' || state.phase === 'learning') state.stream.stop('closed');
    this.#deps.pool.stop();
  }

  /** The next connection follows these settings. */
  adopt(settings: RelaySettings): void {
    this.#settings = settings;
  }

  /** Where Asterisk is, or who we are there, has changed: begins anew at once, while actions in work are answered. */
  reconnect(): void {
    const state = this.#state;
    this.#generation += 1;
    this.#failures = 0;
    this.#lastFailure = null;
    this.#deps.pool.retire();
    this.#wait.abort();
    if (state.phase === 'up' || state.phase === 'learning') state.stream.stop('replaced');
  }

  get isUp(): boolean {
    return this.#state.phase === 'up';
  }

  get status(): UpstreamStatus {
    return {
      phase: this.#state.phase,
      sinceMs: this.#state.phase === 'up' ? this.#state.sinceMs : this.#awaySinceMs,
      banner: this.#banner.toString('latin1').trim(),
      identity: this.#identity,
      logins: this.#logins,
      lastFailure: this.#lastFailure,
    };
  }

  /** Asterisk's own first line, with its CR LF. */
  get banner(): Buffer {
    return this.#banner;
  }

  /** What Asterisk calls itself. */
  get identity(): Identity {
    return this.#identity;
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
    const delivered = () => {
      this.#deps.fanOut.flush();
      passed();
    };
    if (this.#state.phase === 'up') this.#state.stream.barrier(delivered);
    else queueMicrotask(delivered);
  }

  /** Door: in from Asterisk. Delivers events, less those that concern only the gateway's own account. */
  fromUpstream(batch: UpstreamBatch): void {
    const { rewriter, fanOut, metrics } = this.#deps;
    rewriter.observe(batch);
    const blocks = batch.blocks.filter((block) => this.#isForClients(batch.buffer, block));
    const forClients = blocks.length === batch.blocks.length ? batch : { buffer: batch.buffer, blocks };
    fanOut.deliver(rewriter.rewrite(forClients));
    // Counted when they are on their way: it is no small part of the time that an event takes through here.
    metrics.upstreamEvents.inc(batch.blocks.length);
    metrics.upstreamReceivedBytes.inc(bytesOf(batch));
  }

  /** Delivers an event of the gateway's own, already encoded, such as a security event. */
  raise(event: Buffer): void {
    const { rewriter, fanOut } = this.#deps;
    fanOut.deliver(rewriter.rewriteOwn(new UpstreamDecoder().push(event)));
  }

  async #connect(): Promise<void> {
    while (this.#state.phase === 'away') {
      const generation = this.#generation;
      const opened = await this.#deps.open('on');
      if (generation !== this.#generation) {
        if (opened.ok) opened.value.socket.destroy();
        continue;
      }
      if (opened.ok) return this.#learn(opened.value);
      if (this.#state.phase !== 'away') return;
      this.#reportFailure(opened.failure);
      await this.#waitForNextAttempt();
    }
  }

  /** Each wait is longer than the last, until Asterisk has stayed for a while. */
  async #waitForNextAttempt(): Promise<void> {
    this.#failures += 1;
    const { reconnectMinMs, reconnectMaxMs } = this.#settings;
    const bounds = { minMs: reconnectMinMs, maxMs: reconnectMaxMs };
    const waitMs = backoffMs(bounds, this.#failures, this.#deps.random());
    this.#wait = new AbortController();
    await delay(waitMs, undefined, { signal: this.#wait.signal }).catch(() => undefined);
  }

  async #learn(opened: OpenedUpstream): Promise<void> {
    if (this.#state.phase === 'stopped') {
      opened.socket.destroy();
      return;
    }
    const received = (batch: UpstreamBatch) => this.#received(batch);
    const closed = (reason: StreamEnd) => this.#lost(stream, reason);
    const stream = new EventStream(opened.socket, { received, closed }, this.#settings);
    const early: UpstreamBatch[] = [];
    this.#state = { phase: 'learning', stream, early };
    stream.start(opened.rest);
    const learnt = await this.#askActions(stream);
    if (this.#state.phase !== 'learning') return;
    if (!learnt) return stream.stop('silent');
    this.#banner = opened.banner;
    this.#up(stream, early);
    void this.#checkRights(stream);
    void this.#askIdentity(stream);
  }

  /** Who hears FullyBooted may act on it at once: events wait until actions can be forwarded. */
  #received(batch: UpstreamBatch): void {
    const state = this.#state;
    if (state.phase !== 'learning') return this.fromUpstream(batch);
    state.early.push(batch);
    const bytes = state.early.reduce((sum, { buffer }) => sum + buffer.length, 0);
    if (bytes > MAX_EARLY_BYTES) state.stream.stop('not-understood');
  }

  #up(stream: EventStream, early: readonly UpstreamBatch[]): void {
    this.#state = { phase: 'up', stream, sinceMs: this.#deps.nowMs() };
    this.#lastFailure = null;
    this.#logins += 1;
    this.#deps.pool.start();
    this.#deps.rewriter.start((permit, sink) => this.forward(permit, sink), this.#actions);
    this.#deps.metrics.upstreamUp.set(1);
    const banner = this.#banner.toString('latin1').trim();
    this.#deps.log.info({ banner, actions: this.#actions.announced.length }, 'upstream is up');
    for (const batch of early) this.fromUpstream(batch);
    this.#firstUp();
  }

  #lost(stream: EventStream, reason: StreamEnd): void {
    const state = this.#state;
    if (state.phase === 'stopped' || state.phase === 'away' || state.stream !== stream) return;
    const hasStayed = state.phase === 'up' && this.#deps.nowMs() - state.sinceMs >= this.#settings.reconnectMaxMs;
    if (hasStayed) this.#failures = 0;
    this.#state = { phase: 'away' };
    this.#awaySinceMs = this.#deps.nowMs();
    this.#booted = null;
    this.#deps.metrics.upstreamUp.set(0);
    if (reason === 'replaced') {
      this.#deps.log.info('connecting to Asterisk anew');
      return void this.#connect();
    }
    this.#deps.pool.stop();
    this.#deps.log.warn({ reason }, 'upstream is gone: sessions stay, actions are answered with an error');
    // Behind a wait, also the first time: what accepts and closes at once must not be asked in a tight loop.
    void this.#waitForNextAttempt().then(() => this.#connect());
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

  async #askIdentity(stream: EventStream): Promise<void> {
    const answer = await stream.ask(['Action: CoreSettings']);
    const headerOf = (name: string) => new RegExp(`\\r\\n${name}: ([^\\r\\n]+)\\r\\n`).exec(answer ?? '')?.[1] ?? null;
    if (answer !== null) this.#identity = { version: headerOf('AsteriskVersion'), systemName: headerOf('SystemName') };
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
        // Asterisk opens AMI before its modules are loaded: what it offered before was not all.
        this.#learnAgainSoon();
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

function bytesOf({ blocks }: UpstreamBatch): number {
  return blocks.reduce((sum, block) => sum + (block.kind === 'event' ? block.event.end - block.event.start : 0), 0);
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
