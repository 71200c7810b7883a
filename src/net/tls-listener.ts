/** A TLS listener together with its certificate, which is read again when its files change. */
import type { ListenerTlsSettings } from '../config/general-settings.js';
import { fail, type Result, succeed } from '../lib/result.js';
import type { Log } from '../telemetry/logger.js';
import type { Metrics } from '../telemetry/metrics.js';
import { type Certificate, readCertificate } from './certificate.js';
import { CertificateKeeper } from './certificate-keeper.js';
import type { Entrance } from './entrance.js';
import { tlsFailure } from './listen-failure.js';
import { Listener, type ListenerDeps, type ListenerSettings } from './listener.js';
import { tlsSettingsOf } from './tls-context.js';

export interface TlsListenerDeps extends ListenerDeps {
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface TlsListenerSettings extends Omit<ListenerSettings, 'tls'> {
  readonly files: ListenerTlsSettings;
  /** A PEM file with the authorities of client certificates; `null`: clients are not asked for one. */
  readonly clientCaFile: string | null;
  readonly handshakeTimeoutMs: number;
}

export class TlsListener implements Entrance<TlsListenerSettings> {
  readonly #deps: TlsListenerDeps;
  readonly #settings: TlsListenerSettings;
  readonly #keeper: CertificateKeeper;
  #listener: Listener | null = null;

  constructor(deps: TlsListenerDeps, settings: TlsListenerSettings) {
    this.#deps = deps;
    this.#settings = settings;
    this.#keeper = new CertificateKeeper(
      { ...deps, use: (certificate) => this.#listener?.useCertificate(certificate) },
      'tls',
    );
  }

  /** Fails where the certificate cannot be used or the port not be opened. */
  async start(): Promise<Result<void>> {
    const certificate = readCertificate(this.#settings.files, this.#settings.clientCaFile);
    if (!certificate.ok) return certificate;
    try {
      this.#listener = new Listener(this.#deps, listenerSettingsOf(this.#settings, certificate.value));
    } catch (error) {
      return fail(tlsFailure(error));
    }
    const started = await this.#listener.start();
    if (started.ok) this.#keeper.watch(this.#settings, certificate.value);
    return started;
  }

  get port(): number {
    return this.#listener?.port ?? this.#settings.port;
  }

  prepare(settings: TlsListenerSettings): Result<() => void> {
    const certificate = readCertificate(settings.files, settings.clientCaFile);
    if (!certificate.ok) return certificate;
    const ready = this.#listener?.prepare(listenerSettingsOf(settings, certificate.value));
    if (ready !== undefined && !ready.ok) return ready;
    return succeed(() => {
      ready?.value();
      this.#keeper.watch(settings, certificate.value);
    });
  }

  async stop(): Promise<void> {
    this.#keeper.stop();
    await this.#listener?.stop();
  }

  abort(): void {
    this.#listener?.abort();
  }
}

function listenerSettingsOf(settings: TlsListenerSettings, certificate: Certificate): ListenerSettings {
  const { files, clientCaFile: _, handshakeTimeoutMs, ...rest } = settings;
  return { ...rest, tls: tlsSettingsOf(files, certificate, handshakeTimeoutMs) };
}
