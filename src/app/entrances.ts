/**
 * The ways in: AMI over TCP and TLS, and over HTTP and HTTPS. A reload opens what is new before it closes what is old;
 * where one stands in the way of the other, the old one gives way first, and comes back if the new one does not open.
 */
import type { Config } from '../config/load.js';
import { HttpListener } from '../http/http-listener.js';
import { HttpsListener } from '../http/https-listener.js';
import { fail, type Result, succeed } from '../lib/result.js';
import { Listener } from '../net/listener.js';
import { TlsListener } from '../net/tls-listener.js';
import { AdminEntrance } from './admin-entrance.js';
import type { PreparedChange } from './app-deps.js';
import {
  adminSettingsOf,
  type EntranceDeps,
  httpDepsOf,
  httpSettingsOf,
  httpsSettingsOf,
  listenerDepsOf,
  tcpSettingsOf,
  tlsSettingsOf,
} from './entrance-settings.js';
import { Gate, type GateChange } from './gate.js';
import { overlaps } from './places.js';

export class Entrances {
  readonly #deps: EntranceDeps;
  readonly #tcp;
  readonly #tls;
  readonly #http;
  readonly #https;
  readonly #admin;
  #phase: 'closed' | 'open' | 'stopped' = 'closed';

  constructor(deps: EntranceDeps) {
    const { log, metrics } = deps;
    this.#deps = deps;
    this.#tcp = new Gate({
      settingsOf: tcpSettingsOf,
      make: (settings) => new Listener(listenerDepsOf(deps, 'tcp'), settings),
    });
    this.#tls = new Gate({
      settingsOf: tlsSettingsOf,
      make: (settings) => new TlsListener({ ...listenerDepsOf(deps, 'tls'), log, metrics }, settings),
    });
    this.#http = new Gate({
      settingsOf: httpSettingsOf,
      make: (settings) => new HttpListener(httpDepsOf(deps, 'http'), settings),
    });
    this.#https = new Gate({
      settingsOf: httpsSettingsOf,
      make: (settings) => new HttpsListener({ ...httpDepsOf(deps, 'https'), log, metrics }, settings),
    });
    this.#admin = new Gate({
      settingsOf: adminSettingsOf,
      make: (settings) => new AdminEntrance(deps.admin, settings),
    });
  }

  /** The metrics are there before all others. */
  startAdmin(config: Config): Promise<Result<void>> {
    return this.#admin.start(config);
  }

  /** Opens the ways in for clients, one after the other; the first that fails is told. */
  async start(config: Config): Promise<Result<void>> {
    for (const gate of this.#gates) {
      const started = await gate.start(config);
      if (!started.ok) return started;
    }
    this.#phase = 'open';
    this.#deps.http.start();
    this.#tellHttp();
    return succeed(undefined);
  }

  /** Opens what a new configuration wants; on a failure everything is as it was. */
  async prepare(config: Config): Promise<Result<PreparedChange>> {
    // Before Asterisk was reached, only the metrics are there.
    const gates = this.#phase === 'open' ? [...this.#gates, this.#admin] : [this.#admin];
    const changes = gates.map((gate) => gate.plan(config));
    for (const change of changes) {
      const prepared = change.prepare();
      if (!prepared.ok) return prepared;
    }
    const inTheWay = changes.filter((change) => isInTheWay(change, changes));
    const stuck = inTheWay.find(({ closes }) => (closes?.port ?? 0) < FIRST_FREE_PORT && !this.#deps.mayOpenLowPorts());
    if (stuck !== undefined) return fail(`port ${stuck.closes?.port} could not be opened again: this needs a restart`);
    for (const change of inTheWay) change.free();
    for (const change of changes) {
      const opened = await change.open();
      if (opened.ok) continue;
      await this.#abandon(changes);
      return opened;
    }
    return succeed({ commit: () => this.#commit(changes), abandon: () => this.#abandon(changes) });
  }

  /** Clients cannot come any more; resolves when the last connection is over. */
  async stop(): Promise<void> {
    this.#phase = 'stopped';
    this.#deps.http.stop();
    await Promise.all(this.#gates.map((gate) => gate.stop()));
  }

  /** Ends what is left over HTTP; other connections end with their sessions. */
  abort(): void {
    for (const gate of this.#gates) gate.abort();
  }

  async stopAdmin(): Promise<void> {
    await this.#admin.stop();
  }

  get port(): number | null {
    return this.#tcp.port;
  }

  /** `null` without TLS. */
  get tlsPort(): number | null {
    return this.#tls.port;
  }

  /** `null` without AMI over HTTP. */
  get httpPort(): number | null {
    return this.#http.port;
  }

  /** `null` without AMI over HTTPS. */
  get httpsPort(): number | null {
    return this.#https.port;
  }

  /** `null` without metrics. */
  get adminPort(): number | null {
    return this.#admin.port;
  }

  get #gates() {
    return [this.#tcp, this.#tls, this.#http, this.#https] as const;
  }

  async #commit(changes: readonly GateChange[]): Promise<void> {
    const isHttpNew = this.#http.port === null && this.#https.port === null;
    const closed = Promise.all(changes.map((change) => change.commit()));
    if (isHttpNew) this.#tellHttp();
    await closed;
  }

  async #abandon(changes: readonly GateChange[]): Promise<void> {
    for (const change of changes) change.withdraw();
    if (this.#phase === 'stopped') return;
    for (const change of changes) {
      const restored = await change.restore();
      if (!restored.ok) this.#deps.log.error({ detail: restored.failure }, 'listener is lost');
    }
  }

  #tellHttp(): void {
    const { httpPort: port, httpsPort: tlsPort } = this;
    if (port !== null || tlsPort !== null) this.#deps.log.info({ port, tlsPort }, 'listening for AMI over HTTP');
  }
}

/** Ports below it need privileges, which may be gone by now. */
const FIRST_FREE_PORT = 1024;

/** True where something else, or itself, is to open a place that it holds. */
function isInTheWay({ closes }: GateChange, changes: readonly GateChange[]): boolean {
  return closes !== null && changes.some(({ opens }) => opens !== null && overlaps(closes, opens));
}
