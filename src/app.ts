/**
 * The composition root: builds every part from a Config, starts and stops them in order.
 *
 *     start: metrics listener ──► upstream logged in ──► AMI listener ──► ready
 *     stop:  not ready ──► AMI listener ──► sessions ──► upstream ──► metrics listener
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { AppDeps } from './app/app-deps.js';
import { makeParts, type Parts } from './app/parts.js';
import type { Config } from './config/load.js';
import { fail, type Result, succeed } from './lib/result.js';

export type { AppDeps } from './app/app-deps.js';

/** How long closing sessions may take when the process ends. */
const STOP_MS = 3000;

export class App {
  readonly #deps: AppDeps;
  readonly #config: Config;
  readonly #parts: Parts;
  #isListening = false;

  constructor(deps: AppDeps, config: Config) {
    this.#deps = deps;
    this.#config = config;
    this.#parts = makeParts(deps, config, {
      isReady: () => this.isReady,
      measure: () => this.#measure(),
      reload: async () => fail('reload is not available'),
    });
  }

  /** Opens the metrics listener at once and the AMI listener as soon as Asterisk was reached; resolves when both are open. */
  async start(): Promise<Result<void>> {
    const { securityLog, auditLog, audit, admin, operators, shared, upstream, entrances } = this.#parts;
    for (const part of [securityLog, auditLog, admin]) {
      const started = await part?.start();
      if (started !== undefined && !started.ok) return started;
    }
    await operators.start();
    shared?.start();
    audit.start();
    const { host, port } = this.#config.gateway.upstream;
    this.#deps.log.info({ host, port }, 'connecting to Asterisk');
    await upstream.relay.start();
    const opened = await entrances.start();
    if (!opened.ok) return opened;
    this.#isListening = true;
    const { bindAddress } = this.#config.general;
    this.#deps.log.info({ bindAddress, port: this.port, metricsPort: this.metricsPort }, 'listening for AMI clients');
    return succeed(undefined);
  }

  /** Stops accepting, ends every session, then the upstream; resolves when all is closed or the deadline has passed. */
  async stop(): Promise<void> {
    const { securityLog, auditLog, audit, admin, operators, shared, upstream, entrances, registry } = this.#parts;
    this.#isListening = false;
    const closed = entrances.stop();
    for (const session of registry.sessions) session.close('shutdown');
    await Promise.race([closed, delay(STOP_MS, undefined, { ref: false })]);
    entrances.abort();
    upstream.stop();
    await operators.stop();
    await admin?.stop();
    shared?.stop();
    audit.stop();
    await Promise.all([securityLog?.stop(), auditLog?.stop()]);
  }

  get isReady(): boolean {
    return this.#isListening && this.#parts.upstream.relay.isUp;
  }

  get port(): number {
    return this.#parts.entrances.port;
  }

  /** The port of the TLS listener, `null` without one. */
  get tlsPort(): number | null {
    return this.#parts.entrances.tlsPort;
  }

  /** The port of AMI over HTTP, `null` without it. */
  get httpPort(): number | null {
    return this.#parts.http?.port ?? null;
  }

  /** The port of AMI over HTTPS, `null` without it. */
  get httpsPort(): number | null {
    return this.#parts.http?.tlsPort ?? null;
  }

  get metricsPort(): number | null {
    return this.#parts.admin?.port ?? null;
  }

  /** Opens the security log again, after it was moved away. */
  reopenLogs(): void {
    this.#parts.securityLog?.reopen();
    this.#parts.auditLog?.reopen();
  }

  /** Reads the certificates again; sessions that exist keep theirs. */
  reloadCertificates(): void {
    this.#parts.entrances.reloadCertificates();
  }

  #measure(): void {
    const { metrics } = this.#deps.telemetry;
    const { upstream, guard } = this.#parts;
    const { open, leased, waiting } = upstream.pool.counts;
    metrics.upstreamConnections.set({ state: 'leased' }, leased);
    metrics.upstreamConnections.set({ state: 'idle' }, open - leased);
    metrics.upstreamWaiting.set(waiting);
    metrics.heldActions.set(upstream.hold.heldCount);
    metrics.bansActive.set(guard.activeBans);
  }
}
