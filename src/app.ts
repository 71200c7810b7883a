/**
 * The composition root: builds every part from a Config, starts, reloads and stops them in order.
 *
 *     start:  metrics listener ──► upstream logged in ──► AMI listener ──► ready
 *     reload: see app/reload
 *     drain:  not ready ──► AMI listener closed ──► actions in work answered, their sessions closed
 *     stop:   not ready ──► AMI listener ──► sessions ──► upstream ──► metrics listener
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { AppDeps } from './app/app-deps.js';
import { ConfigWatch } from './app/config-watch.js';
import { makeParts, measure, type Parts } from './app/parts.js';
import { type ConfigSlot, Reloader, type ReloadProblems } from './app/reload.js';
import type { FileStamps } from './config/file-stamp.js';
import type { Config } from './config/load.js';
import type { ReloadReport } from './gateway/reload-report.js';
import { fail, type Result, succeed } from './lib/result.js';

export type { AppDeps } from './app/app-deps.js';

/** How long closing sessions may take when the process ends. */
const STOP_MS = 3000;

export class App {
  readonly #deps: AppDeps;
  readonly #slot: ConfigSlot;
  readonly #parts: Parts;
  readonly #reloader: Reloader;
  readonly #watch: ConfigWatch;
  #phase: 'starting' | 'listening' | 'stopping' = 'starting';
  /** Resolves when nothing is left of what came in. */
  #closed: Promise<void> | null = null;

  constructor(deps: AppDeps, config: Config) {
    const { metrics } = deps.telemetry;
    this.#deps = deps;
    this.#slot = { current: config };
    this.#parts = makeParts(deps, () => this.#slot.current, {
      whyNotReady: () => this.#whyNotReady,
      measure: () => measure(this.#parts, metrics),
      reload: () => this.#reloadForOperator(),
    });
    this.#reloader = new Reloader(deps, this.#parts, this.#slot);
    this.#watch = new ConfigWatch((files) => this.#reloadChanged(files));
    metrics.lastReloadSuccessful.set(1);
    metrics.lastReloadSuccess.set(deps.nowMs() / 1000);
  }

  /** Opens the metrics listener at once and the AMI listener as soon as Asterisk was reached; resolves when both are open. */
  async start(): Promise<Result<void>> {
    const { securityFile, auditFile, audit, operators, shared, upstream, entrances } = this.#parts;
    const config = this.#slot.current;
    for (const file of [securityFile, auditFile]) {
      const opened = await file.start(config);
      if (!opened.ok) return opened;
    }
    const admin = await entrances.startAdmin(config);
    if (!admin.ok) return admin;
    await operators.start();
    shared?.start();
    audit.start();
    this.#follow(this.#deps.stamps);
    const { host, port } = config.gateway.upstream;
    this.#deps.log.info({ host, port }, 'connecting to Asterisk');
    await upstream.relay.start();
    return this.#reloader.inTurn(() => this.#listen());
  }

  /** Reads the configuration again: all of it is in force when this resolves, or nothing has changed. */
  async reload(): Promise<Result<ReloadReport, ReloadProblems>> {
    let stamps: FileStamps | null = null;
    const done = await this.#reloader.reload(() => {
      const loaded = this.#deps.load();
      stamps = loaded.stamps;
      return loaded;
    });
    if (stamps !== null) this.#follow(stamps);
    return done;
  }

  /** Takes no more clients, and lets the actions in work end; resolves when no session is left. */
  async drain(): Promise<void> {
    if (this.#phase !== 'listening') return;
    const { registry, opener } = this.#parts;
    const { delayMs, timeoutMs } = this.#slot.current.gateway.drain;
    this.#beginStop();
    if (delayMs > 0) await delay(delayMs);
    this.#close();
    opener.close();
    for (const session of registry.sessions) session.drain();
    await Promise.race([registry.whenEmpty(), delay(timeoutMs, undefined, { ref: false })]);
    const left = registry.sessions;
    if (left.length > 0) this.#deps.log.warn({ sessions: left.length }, 'actions in work were cut off');
    for (const session of left) session.close('drain-timeout');
  }

  /** Stops accepting, ends every session, then the upstream; resolves when all is closed or the deadline has passed. */
  async stop(): Promise<void> {
    const { securityFile, auditFile, audit, operators, shared, upstream, entrances, registry } = this.#parts;
    this.#beginStop();
    const closed = this.#close();
    for (const session of registry.sessions) session.close('shutdown');
    await Promise.race([closed, delay(STOP_MS, undefined, { ref: false })]);
    entrances.abort();
    upstream.stop();
    await operators.stop();
    await entrances.stopAdmin();
    shared?.stop();
    audit.stop();
    await Promise.all([securityFile.stop(), auditFile.stop()]);
  }

  get isReady(): boolean {
    return this.#whyNotReady === null;
  }

  /** 0 until it is open. */
  get port(): number {
    return this.#parts.entrances.port ?? 0;
  }

  /** The port of the TLS listener, `null` without one. */
  get tlsPort(): number | null {
    return this.#parts.entrances.tlsPort;
  }

  /** The port of AMI over HTTP, `null` without it. */
  get httpPort(): number | null {
    return this.#parts.entrances.httpPort;
  }

  /** The port of AMI over HTTPS, `null` without it. */
  get httpsPort(): number | null {
    return this.#parts.entrances.httpsPort;
  }

  get metricsPort(): number | null {
    return this.#parts.entrances.adminPort;
  }

  /** Opens the security log again, after it was moved away. */
  reopenLogs(): void {
    this.#parts.securityFile.log?.reopen();
    this.#parts.auditFile.log?.reopen();
  }

  async #listen(): Promise<Result<void>> {
    const config = this.#slot.current;
    const opened = await this.#parts.entrances.start(config);
    if (!opened.ok) return opened;
    if (this.#phase === 'starting') this.#phase = 'listening';
    const { bindAddress } = config.general;
    this.#deps.log.info({ bindAddress, port: this.port, metricsPort: this.metricsPort }, 'listening for AMI clients');
    return succeed(undefined);
  }

  #beginStop(): void {
    this.#phase = 'stopping';
    this.#watch.stop();
    this.#reloader.stop();
  }

  #close(): Promise<void> {
    this.#closed ??= this.#parts.entrances.stop();
    return this.#closed;
  }

  get #whyNotReady(): string | null {
    if (this.#phase === 'stopping') return 'stopping';
    if (!this.#parts.upstream.relay.isUp) return 'Asterisk is not connected';
    return this.#phase === 'listening' && this.#parts.entrances.port !== null ? null : 'not listening';
  }

  #follow(stamps: FileStamps): void {
    if (this.#slot.current.gateway.reload.watch && this.#phase !== 'stopping') this.#watch.follow(stamps);
    else this.#watch.stop();
  }

  async #reloadForOperator(): Promise<Result<ReloadReport>> {
    const done = await this.reload();
    return done.ok ? done : fail(['nothing was changed:', ...done.failure].join('\n'));
  }

  #reloadChanged(files: readonly string[]): void {
    this.#deps.log.info({ files }, 'files of the configuration have changed');
    void this.reload();
  }
}
