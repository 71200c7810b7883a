/** The ways in: AMI over TCP and TLS, and over HTTP and HTTPS. */
import type { Config } from '../config/load.js';
import type { FrontDoor } from '../gateway/front-door.js';
import type { AmiHttp } from '../http/ami-http.js';
import { type Result, succeed } from '../lib/result.js';
import type { Connection, Transport } from '../net/connection.js';
import { Listener, type ListenerDeps } from '../net/listener.js';
import { TlsListener } from '../net/tls-listener.js';
import type { Log } from '../telemetry/logger.js';
import type { Metrics } from '../telemetry/metrics.js';

export interface EntrancesDeps {
  readonly door: FrontDoor;
  readonly accept: (connection: Connection, waitedMs: number) => void;
  /** `null` where there is none. */
  readonly http: AmiHttp | null;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** As much as a client may pipeline before TCP holds it back. */
const MAX_PENDING_BYTES = 64 * 1024;
const CONGESTED_BYTES = 256 * 1024;
const LINGER_MS = 2000;

export class Entrances {
  readonly #deps: EntrancesDeps;
  readonly #listener: Listener;
  readonly #tls: TlsListener | null;

  constructor(deps: EntrancesDeps, config: Config) {
    this.#deps = deps;
    this.#listener = new Listener(this.#listenerDeps('tcp'), { ...listenerSettingsOf(config), tls: null });
    this.#tls = config.general.tls.enabled ? this.#makeTls(config) : null;
  }

  /** Opens them one after the other; the first that fails is told. */
  async start(): Promise<Result<void>> {
    for (const entrance of [this.#listener, this.#tls, this.#deps.http]) {
      const started = await entrance?.start();
      if (started !== undefined && !started.ok) return started;
    }
    return succeed(undefined);
  }

  /** Accepts nothing from now on; resolves when the last connection is over. */
  async stop(): Promise<void> {
    await Promise.all([this.#listener.stop(), this.#tls?.stop(), this.#deps.http?.stop()]);
  }

  /** Ends what is left over HTTP; other connections end with their sessions. */
  abort(): void {
    this.#deps.http?.abort();
  }

  get port(): number {
    return this.#listener.port;
  }

  /** `null` without TLS. */
  get tlsPort(): number | null {
    return this.#tls?.port ?? null;
  }

  /** Reads the certificates again; sessions that exist keep theirs. */
  reloadCertificates(): void {
    this.#tls?.reloadCertificate();
    this.#deps.http?.reloadCertificate();
  }

  #makeTls(config: Config): TlsListener {
    const { general, gateway } = config;
    const { log, metrics } = this.#deps;
    return new TlsListener(
      { ...this.#listenerDeps('tls'), log, metrics },
      {
        ...listenerSettingsOf(config),
        bindAddress: general.tls.bindAddress ?? general.bindAddress,
        port: general.tls.port,
        files: general.tls,
        clientCaFile: gateway.listener.tlsClientCaFile,
        handshakeTimeoutMs: general.authTimeoutMs,
      },
    );
  }

  #listenerDeps(transport: Transport): ListenerDeps {
    const { door, accept } = this.#deps;
    return {
      arrive: () => door.arrive(),
      accept,
      refused: (remote, reason, code) => door.refused(transport, remote, reason, code),
    };
  }
}

function listenerSettingsOf({ general, gateway }: Config) {
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
