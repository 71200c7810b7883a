/** A TLS listener together with its certificate, which is read again when its files change. */
import type { ListenerTlsSettings } from '../config/general-settings.js';
import { fail, type Result } from '../lib/result.js';
import type { Log } from '../telemetry/logger.js';
import type { Metrics } from '../telemetry/metrics.js';
import { readCertificate } from './certificate.js';
import { CertificateKeeper } from './certificate-keeper.js';
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

export class TlsListener {
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
    const { files, clientCaFile, handshakeTimeoutMs, ...rest } = this.#settings;
    const certificate = readCertificate(files, clientCaFile);
    if (!certificate.ok) return certificate;
    const tls = tlsSettingsOf(files, certificate.value, handshakeTimeoutMs);
    try {
      this.#listener = new Listener(this.#deps, { ...rest, tls });
    } catch (cause) {
      return fail(`cannot use the TLS settings of manager.conf: ${String(cause)}; check tlscipher`);
    }
    const started = await this.#listener.start();
    if (started.ok) this.#keeper.watch({ files, clientCaFile }, certificate.value);
    return started;
  }

  get port(): number {
    return this.#listener?.port ?? this.#settings.port;
  }

  /** Takes the certificate from its files; one that cannot be used leaves the old one in force, and says so. */
  reloadCertificate(): void {
    this.#keeper.reload();
  }

  async stop(): Promise<void> {
    this.#keeper.stop();
    await this.#listener?.stop();
  }
}
