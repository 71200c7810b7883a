/**
 * The composition root: builds every part from a Config, starts and stops them in order.
 *
 *     start: metrics listener ──► upstream logged in ──► AMI listener ──► ready
 *     stop:  not ready ──► AMI listener ──► sessions ──► upstream ──► metrics listener
 */
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from './config/load.js';
import { ActionPool } from './gateway/action-pool.js';
import { EventRewriter } from './gateway/event-rewriter.js';
import { FanOut } from './gateway/fan-out.js';
import { newSessionId } from './gateway/login.js';
import { OwnTraffic } from './gateway/own-traffic.js';
import { Relay } from './gateway/relay.js';
import { SecurityReporter } from './gateway/security-reporter.js';
import { Session } from './gateway/session.js';
import type { SessionSettings } from './gateway/session-port.js';
import { SessionRegistry } from './gateway/session-registry.js';
import { openUpstream, type UpstreamEvents } from './gateway/upstream-login.js';
import { AdminServer } from './http/admin.js';
import { type Result, succeed } from './lib/result.js';
import type { Connection, Transport } from './net/connection.js';
import { Listener, type ListenerDeps } from './net/listener.js';
import { TlsListener } from './net/tls-listener.js';
import type { Log } from './telemetry/logger.js';
import type { Telemetry } from './telemetry/metrics.js';
import { SecurityLog } from './telemetry/security-log.js';

export interface AppDeps {
  readonly log: Log;
  readonly telemetry: Telemetry;
  /** Milliseconds since the epoch, with fractions. */
  readonly nowMs: () => number;
  readonly random: () => number;
}

/** Asterisk lets a failed login wait one second for its answer. */
const PENALTY_MS = 1000;
/** As much as a client may pipeline before TCP holds it back. */
const MAX_PENDING_BYTES = 64 * 1024;
const CONGESTED_BYTES = 256 * 1024;
const LINGER_MS = 2000;
/** How long closing sessions may take when the process ends. */
const STOP_MS = 3000;

export class App {
  readonly #deps: AppDeps;
  readonly #config: Config;
  readonly #registry: SessionRegistry;
  readonly #fanOut: FanOut;
  readonly #pool: ActionPool;
  readonly #relay: Relay;
  readonly #securityLog: SecurityLog | null;
  readonly #security: SecurityReporter;
  readonly #listener: Listener;
  readonly #admin: AdminServer | null;
  #tls: TlsListener | null = null;
  readonly #stopping = new AbortController();
  #isListening = false;

  constructor(deps: AppDeps, config: Config) {
    this.#deps = deps;
    this.#config = config;
    const { log, telemetry, nowMs, random } = deps;
    const { metrics } = telemetry;
    const { upstream, metrics: admin } = config.gateway;
    const ownTraffic = new OwnTraffic(upstream.username);
    // Before the login: if that fails, Asterisk's event about it must not be passed on either.
    const dialled = (socket: Socket) => ownTraffic.opened(socket);
    const open = async (events: UpstreamEvents) => {
      const opened = await openUpstream(upstream, events, { signal: this.#stopping.signal, dialled });
      const purpose = events === 'on' ? 'events' : 'actions';
      metrics.upstreamConnects.inc({ purpose, result: opened.ok ? 'success' : opened.failure.kind });
      return opened;
    };
    this.#registry = new SessionRegistry(metrics);
    this.#fanOut = new FanOut(metrics);
    this.#pool = new ActionPool({ open: () => open('off'), log, metrics }, upstream);
    const rewriter = new EventRewriter({ nowMs }, config.general);
    const relayDeps = { open, pool: this.#pool, rewriter, fanOut: this.#fanOut, ownTraffic, nowMs, random, log, metrics };
    this.#relay = new Relay(relayDeps, upstream);
    const { securityFile } = config.gateway.log;
    this.#securityLog = securityFile === null ? null : new SecurityLog({ log, metrics }, securityFile);
    this.#security = new SecurityReporter({ relay: this.#relay, metrics, securityLog: this.#securityLog, nowMs });
    this.#listener = new Listener(this.#listenerDeps('tcp'), { ...this.#listenerSettings(), tls: null });
    const adminDeps = { registry: telemetry.registry, isReady: () => this.isReady, measure: () => this.#measure() };
    this.#admin = admin.enabled ? new AdminServer(adminDeps, admin) : null;
  }

  /** Opens the metrics listener at once and the AMI listener as soon as Asterisk was reached; resolves when both are open. */
  async start(): Promise<Result<void>> {
    const logging = await this.#securityLog?.start();
    if (logging !== undefined && !logging.ok) return logging;
    const admin = await this.#admin?.start();
    if (admin !== undefined && !admin.ok) return admin;
    const { host, port } = this.#config.gateway.upstream;
    this.#deps.log.info({ host, port }, 'connecting to Asterisk');
    await this.#relay.start();
    const listening = await this.#listener.start();
    if (!listening.ok) return listening;
    const secured = await this.#startTls();
    if (!secured.ok) return secured;
    this.#isListening = true;
    const { bindAddress } = this.#config.general;
    this.#deps.log.info({ bindAddress, port: this.port, metricsPort: this.metricsPort }, 'listening for AMI clients');
    return succeed(undefined);
  }

  /** Stops accepting, ends every session, then the upstream; resolves when all is closed or the deadline has passed. */
  async stop(): Promise<void> {
    this.#isListening = false;
    const closed = Promise.all([this.#listener.stop(), this.#tls?.stop()]);
    for (const session of this.#registry.sessions) session.close('shutdown');
    await Promise.race([closed, delay(STOP_MS, undefined, { ref: false })]);
    this.#relay.stop();
    this.#stopping.abort();
    await this.#admin?.stop();
    await this.#securityLog?.stop();
  }

  get isReady(): boolean {
    return this.#isListening && this.#relay.isUp;
  }

  get port(): number {
    return this.#listener.port;
  }

  /** The port of the TLS listener, `null` without one. */
  get tlsPort(): number | null {
    return this.#tls?.port ?? null;
  }

  get metricsPort(): number | null {
    return this.#admin?.port ?? null;
  }

  #listenerSettings() {
    const { general, gateway } = this.#config;
    const { maxQueueBytes } = gateway.sessions;
    const connection = {
      maxQueueBytes,
      congestedBytes: Math.min(CONGESTED_BYTES, maxQueueBytes / 2),
      maxPendingBytes: MAX_PENDING_BYTES,
      lingerMs: LINGER_MS,
    };
    return { bindAddress: general.bindAddress, port: general.port, connection };
  }

  /** Where a connection becomes a session, unless too many are there already: then it ends without a banner, as in Asterisk. */
  #accept(connection: Connection): void {
    const { log, telemetry } = this.#deps;
    const { remote, transport } = connection.peer;
    const refusal = this.#refusal();
    telemetry.metrics.connections.inc({ listener: transport, result: refusal ?? 'accepted' });
    if (refusal !== null) {
      log.warn({ peer: remote.address, reason: refusal }, 'connection refused');
      connection.start({ receive: ignore, waiting: ignore, drained: ignore, ended: ignore });
      connection.close(refusal);
      return;
    }
    this.#open(connection, { events: 'pushed', waitLimitMs: () => Number.POSITIVE_INFINITY });
  }

  #open(connection: Connection, delivery: Pick<SessionSettings, 'events' | 'waitLimitMs'>): Session {
    const { log, telemetry, nowMs } = this.#deps;
    const { general, gateway, policies } = this.#config;
    const { remote } = connection.peer;
    const id = newSessionId();
    const session = new Session(
      {
        connection,
        relay: this.#relay,
        fanOut: this.#fanOut,
        registry: this.#registry,
        security: this.#security,
        policies: () => policies,
        nowMs,
        log: log.child({ session: id, peer: remote.address, port: remote.port }),
        metrics: telemetry.metrics,
      },
      {
        id,
        authTimeoutMs: general.authTimeoutMs,
        penaltyMs: PENALTY_MS,
        brokenEventsAction: general.brokenEventsAction,
        maxHeldBytes: gateway.sessions.maxQueueBytes,
        ...delivery,
      },
    );
    session.start();
    return session;
  }

  #listenerDeps(transport: Transport): ListenerDeps {
    const { log, telemetry } = this.#deps;
    return {
      accept: (connection) => this.#accept(connection),
      mayHandshake: () => this.#refusal() === null,
      handshakeFailed: (remote, code) => {
        telemetry.metrics.connections.inc({ listener: transport, result: 'tls-error' });
        log.warn({ peer: remote.address, code }, 'TLS handshake failed');
      },
    };
  }

  async #startTls(): Promise<Result<void>> {
    const { general } = this.#config;
    if (!general.tls.enabled) return succeed(undefined);
    const { log, telemetry } = this.#deps;
    const deps = { ...this.#listenerDeps('tls'), log, metrics: telemetry.metrics };
    this.#tls = new TlsListener(deps, {
      ...this.#listenerSettings(),
      bindAddress: general.tls.bindAddress ?? general.bindAddress,
      port: general.tls.port,
      files: general.tls,
      handshakeTimeoutMs: general.authTimeoutMs,
    });
    return this.#tls.start();
  }

  /** Opens the security log again, after it was moved away. */
  reopenLogs(): void {
    this.#securityLog?.reopen();
  }

  /** Reads the certificates again; sessions that exist keep theirs. */
  reloadCertificates(): void {
    this.#tls?.reloadCertificate();
  }

  #refusal(): 'auth-limit' | 'session-limit' | null {
    const unauthenticated = this.#registry.unauthenticatedCount + (this.#tls?.handshakeCount ?? 0);
    if (unauthenticated >= this.#config.general.authLimit) return 'auth-limit';
    if (this.#registry.count >= this.#config.gateway.sessions.maxSessions) return 'session-limit';
    return null;
  }

  #measure(): void {
    const { metrics } = this.#deps.telemetry;
    const { open, leased, waiting } = this.#pool.counts;
    metrics.upstreamConnections.set({ state: 'leased' }, leased);
    metrics.upstreamConnections.set({ state: 'idle' }, open - leased);
    metrics.upstreamWaiting.set(waiting);
  }
}

function ignore(): void {}
