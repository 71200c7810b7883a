/**
 * The composition root: builds every part from a Config, starts and stops them in order.
 *
 *     start: metrics listener ──► upstream logged in ──► AMI listener ──► ready
 *     stop:  not ready ──► AMI listener ──► sessions ──► upstream ──► metrics listener
 */
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { HttpSettings } from './config/http-settings.js';
import type { Config } from './config/load.js';
import { ActionPool } from './gateway/action-pool.js';
import { ActionRates } from './gateway/action-rates.js';
import { EventRewriter } from './gateway/event-rewriter.js';
import { FanOut } from './gateway/fan-out.js';
import { FrontDoor } from './gateway/front-door.js';
import { newSessionId } from './gateway/login.js';
import { LoginGuard } from './gateway/login-guard.js';
import { OwnTraffic } from './gateway/own-traffic.js';
import { Relay } from './gateway/relay.js';
import { SecretWeigher } from './gateway/secret-weigher.js';
import { SecurityReporter } from './gateway/security-reporter.js';
import { Session } from './gateway/session.js';
import type { SessionSettings } from './gateway/session-port.js';
import { SessionRegistry } from './gateway/session-registry.js';
import { SharedState } from './gateway/shared-state.js';
import { openUpstream, type UpstreamEvents } from './gateway/upstream-login.js';
import { AdminServer } from './http/admin.js';
import { AmiHttp } from './http/ami-http.js';
import { type Result, succeed } from './lib/result.js';
import type { Connection, Transport } from './net/connection.js';
import { Listener, type ListenerDeps } from './net/listener.js';
import { TlsListener } from './net/tls-listener.js';
import { defaultAuthShare } from './policy/admission.js';
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
  readonly #shared: SharedState | null;
  readonly #guard: LoginGuard;
  readonly #weigher: SecretWeigher;
  readonly #actionRates: ActionRates;
  readonly #door: FrontDoor;
  readonly #listener: Listener;
  readonly #http: AmiHttp | null;
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
    const relayDeps = {
      open,
      pool: this.#pool,
      rewriter,
      fanOut: this.#fanOut,
      ownTraffic,
      nowMs,
      random,
      log,
      metrics,
    };
    this.#relay = new Relay(relayDeps, upstream);
    const { securityFile } = config.gateway.log;
    this.#securityLog = securityFile === null ? null : new SecurityLog({ log, metrics }, securityFile);
    this.#security = new SecurityReporter({ relay: this.#relay, metrics, securityLog: this.#securityLog, nowMs });
    const { redisUrl, redisTimeoutMs } = config.gateway.state;
    this.#shared =
      redisUrl === null ? null : new SharedState({ log, metrics }, { url: redisUrl, timeoutMs: redisTimeoutMs });
    this.#guard = this.#makeGuard();
    this.#weigher = new SecretWeigher(metrics);
    this.#actionRates = new ActionRates(nowMs);
    this.#door = this.#makeDoor();
    this.#listener = new Listener(this.#listenerDeps('tcp'), { ...this.#listenerSettings(), tls: null });
    this.#http = config.http === null ? null : this.#makeHttp(config.http);
    const adminDeps = { registry: telemetry.registry, isReady: () => this.isReady, measure: () => this.#measure() };
    this.#admin = admin.enabled ? new AdminServer(adminDeps, admin) : null;
  }

  /** Opens the metrics listener at once and the AMI listener as soon as Asterisk was reached; resolves when both are open. */
  async start(): Promise<Result<void>> {
    const logging = await this.#securityLog?.start();
    if (logging !== undefined && !logging.ok) return logging;
    const admin = await this.#admin?.start();
    if (admin !== undefined && !admin.ok) return admin;
    this.#shared?.start();
    const { host, port } = this.#config.gateway.upstream;
    this.#deps.log.info({ host, port }, 'connecting to Asterisk');
    await this.#relay.start();
    const listening = await this.#listener.start();
    if (!listening.ok) return listening;
    const secured = await this.#startTls();
    if (!secured.ok) return secured;
    const served = await this.#http?.start();
    if (served !== undefined && !served.ok) return served;
    this.#isListening = true;
    const { bindAddress } = this.#config.general;
    this.#deps.log.info({ bindAddress, port: this.port, metricsPort: this.metricsPort }, 'listening for AMI clients');
    return succeed(undefined);
  }

  /** Stops accepting, ends every session, then the upstream; resolves when all is closed or the deadline has passed. */
  async stop(): Promise<void> {
    this.#isListening = false;
    const closed = Promise.all([this.#listener.stop(), this.#tls?.stop(), this.#http?.stop()]);
    for (const session of this.#registry.sessions) session.close('shutdown');
    await Promise.race([closed, delay(STOP_MS, undefined, { ref: false })]);
    this.#http?.abort();
    this.#relay.stop();
    this.#stopping.abort();
    await this.#admin?.stop();
    this.#shared?.stop();
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

  /** The port of AMI over HTTP, `null` without it. */
  get httpPort(): number | null {
    return this.#http?.port ?? null;
  }

  /** The port of AMI over HTTPS, `null` without it. */
  get httpsPort(): number | null {
    return this.#http?.tlsPort ?? null;
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
      maxLoginBytes: gateway.limits.loginBytes,
    };
    const { bindAddress, port, authTimeoutMs: entryTimeoutMs } = general;
    return { bindAddress, port, connection, entryTimeoutMs, ...gateway.listener };
  }

  /** Where a connection becomes a session. */
  #accept(connection: Connection, waitedMs: number): void {
    this.#deps.telemetry.metrics.connections.inc({ listener: connection.peer.transport, result: 'accepted' });
    const { authTimeoutMs } = this.#config.general;
    this.#open(connection, {
      events: 'pushed',
      waitLimitMs: () => Number.POSITIVE_INFINITY,
      authTimeoutMs: Math.max(1, authTimeoutMs - waitedMs),
      idleTimeoutMs: this.#config.gateway.sessions.idleTimeoutMs,
    });
  }

  #makeGuard(): LoginGuard {
    const { log, telemetry, nowMs } = this.#deps;
    const { gateway, general } = this.#config;
    const { bans, limits } = gateway;
    const perAddress = limits.authPerAddress ?? defaultAuthShare(general.authLimit);
    return new LoginGuard(
      { shared: this.#shared, nowMs, log, metrics: telemetry.metrics },
      {
        ...bans,
        penaltyMs: PENALTY_MS,
        pace: { perSecond: limits.loginsPerSecond, mostWaiting: general.authLimit },
        pacePerAddress: { perSecond: limits.loginsPerSecondPerAddress, mostWaiting: perAddress },
      },
    );
  }

  #makeDoor(): FrontDoor {
    const { log, telemetry, nowMs } = this.#deps;
    const { gateway, general } = this.#config;
    const { limits, sessions } = gateway;
    // Clients over HTTP are counted by themselves: without a login they could keep out all others.
    const unauthenticatedOverHttp = () => this.#http?.unauthenticatedCount ?? 0;
    return new FrontDoor(
      { registry: this.#registry, guard: this.#guard, unauthenticatedOverHttp, nowMs, log, metrics: telemetry.metrics },
      {
        maxUnauthenticated: general.authLimit,
        maxUnauthenticatedPerAddress: limits.authPerAddress ?? defaultAuthShare(general.authLimit),
        maxConnections: sessions.maxSessions,
        maxConnectionsPerAddress: limits.connectionsPerAddress,
      },
    );
  }

  #open(
    connection: Connection,
    delivery: Pick<SessionSettings, 'events' | 'waitLimitMs' | 'authTimeoutMs' | 'idleTimeoutMs'>,
  ): Session {
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
        guard: this.#guard,
        weigher: this.#weigher,
        actionRates: this.#actionRates,
        policies: () => policies,
        nowMs,
        log: log.child({ session: id, peer: remote.address, port: remote.port }),
        metrics: telemetry.metrics,
      },
      {
        id,
        penaltyMs: PENALTY_MS,
        brokenEventsAction: general.brokenEventsAction,
        maxHeldBytes: gateway.sessions.maxQueueBytes,
        ...delivery,
      },
    );
    session.start();
    return session;
  }

  #makeHttp(http: HttpSettings): AmiHttp {
    const { log, telemetry, nowMs } = this.#deps;
    const { general, gateway, policies } = this.#config;
    const isFull = () => this.#registry.count >= gateway.sessions.maxSessions;
    return new AmiHttp(
      {
        open: (connection, waitLimitMs) =>
          isFull()
            ? null
            : // How long it lives is for HTTP to say.
              this.#open(connection, {
                events: 'fetched',
                waitLimitMs,
                authTimeoutMs: general.authTimeoutMs,
                idleTimeoutMs: 0,
              }),
        identity: () => this.#relay.identity,
        policies: () => policies,
        security: this.#security,
        guard: this.#guard,
        metrics: telemetry.metrics,
        log,
        nowMs,
      },
      {
        http,
        timeoutMs: general.httpTimeoutMs,
        maxUnauthenticated: general.authLimit,
        penaltyMs: PENALTY_MS,
        handshakeTimeoutMs: general.authTimeoutMs,
      },
    );
  }

  #listenerDeps(transport: Transport): ListenerDeps {
    return {
      arrive: () => this.#door.arrive(),
      accept: (connection, waitedMs) => this.#accept(connection, waitedMs),
      refused: (remote, reason, code) => this.#door.refused(transport, remote, reason, code),
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
      clientCaFile: this.#config.gateway.listener.tlsClientCaFile,
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
    this.#http?.reloadCertificate();
  }

  #measure(): void {
    const { metrics } = this.#deps.telemetry;
    const { open, leased, waiting } = this.#pool.counts;
    metrics.upstreamConnections.set({ state: 'leased' }, leased);
    metrics.upstreamConnections.set({ state: 'idle' }, open - leased);
    metrics.upstreamWaiting.set(waiting);
    metrics.bansActive.set(this.#guard.activeBans);
  }
}
