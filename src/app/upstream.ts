/** The side of Asterisk: the event stream, the pool for actions, and what becomes of events before clients see them. */
import type { Socket } from 'node:net';
import type { Config } from '../config/load.js';
import { ActionHold } from '../gateway/action-hold.js';
import { ActionPool } from '../gateway/action-pool.js';
import { EventRewriter } from '../gateway/event-rewriter.js';
import { FanOut } from '../gateway/fan-out.js';
import { OwnTraffic } from '../gateway/own-traffic.js';
import { Relay } from '../gateway/relay.js';
import { openUpstream, type UpstreamEvents } from '../gateway/upstream-login.js';
import { fail, type Result, succeed } from '../lib/result.js';
import type { AppDeps, CurrentConfig } from './app-deps.js';

export class Upstream {
  readonly relay: Relay;
  readonly pool: ActionPool;
  readonly hold: ActionHold;
  readonly fanOut: FanOut;
  readonly #rewriter: EventRewriter;
  readonly #ownTraffic: OwnTraffic;
  readonly #deps: AppDeps;
  readonly #config: CurrentConfig;
  readonly #stopping = new AbortController();

  constructor(deps: AppDeps, config: CurrentConfig) {
    const { log, telemetry, nowMs, random } = deps;
    const { metrics } = telemetry;
    const { upstream } = config().gateway;
    this.#deps = deps;
    this.#config = config;
    this.#ownTraffic = new OwnTraffic(() => config().gateway.upstream.username);
    this.fanOut = new FanOut(metrics);
    this.pool = new ActionPool({ open: () => this.#open('off'), log, metrics }, upstream);
    this.#rewriter = new EventRewriter({ nowMs }, config().general);
    this.hold = new ActionHold(this.pool, upstream);
    const parts = { pool: this.hold, rewriter: this.#rewriter, fanOut: this.fanOut, ownTraffic: this.#ownTraffic };
    this.relay = new Relay({ ...parts, open: (events) => this.#open(events), nowMs, random, log, metrics }, upstream);
  }

  /** Whether the account of a new configuration can log in; asked only where Asterisk is there, for it may be away. */
  async try(config: Config): Promise<Result<void>> {
    if (!this.relay.isUp || isSameAccount(this.#config(), config)) return succeed(undefined);
    const opened = await this.#open('off', config);
    if (!opened.ok) return fail(opened.failure.message);
    opened.value.socket.destroy();
    return succeed(undefined);
  }

  /** The configuration is in force: another place or account is gone to at once. */
  adopt(before: Config): void {
    const config = this.#config();
    this.pool.adopt(config.gateway.upstream);
    this.hold.adopt(config.gateway.upstream);
    this.relay.adopt(config.gateway.upstream);
    this.#rewriter.adopt(config.general);
    if (!isSameAccount(before, config)) this.relay.reconnect();
  }

  stop(): void {
    this.relay.stop();
    this.#stopping.abort();
  }

  async #open(events: UpstreamEvents, config: Config = this.#config()) {
    const { metrics } = this.#deps.telemetry;
    // Before the login: if that fails, Asterisk's event about it must not be passed on either.
    const dialled = (socket: Socket) => this.#ownTraffic.opened(socket);
    const opened = await openUpstream(config.gateway.upstream, events, { signal: this.#stopping.signal, dialled });
    const purpose = events === 'on' ? 'events' : 'actions';
    metrics.upstreamConnects.inc({ purpose, result: opened.ok ? 'success' : opened.failure.kind });
    return opened;
  }
}

/** Where Asterisk is, and who we are there. */
function isSameAccount(one: Config, other: Config): boolean {
  return accountOf(one) === accountOf(other);
}

function accountOf({ gateway }: Config): string {
  const { host, port, username, secret, auth, tls } = gateway.upstream;
  return JSON.stringify([host, port, username, secret, auth, tls]);
}
