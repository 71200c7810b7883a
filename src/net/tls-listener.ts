/** A TLS listener together with its certificate, which is read again when its files change. */
import type { ListenerTlsSettings } from '../config/general-settings.js';
import { fail, type Result } from '../lib/result.js';
import type { Log } from '../telemetry/logger.js';
import type { Metrics } from '../telemetry/metrics.js';
import { type Certificate, readCertificate, watchCertificate } from './certificate.js';
import { Listener, type ListenerDeps, type ListenerSettings } from './listener.js';

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
  #listener: Listener | null = null;
  #unwatch: () => void = () => undefined;

  constructor(deps: TlsListenerDeps, settings: TlsListenerSettings) {
    this.#deps = deps;
    this.#settings = settings;
  }

  /** Fails where the certificate cannot be used or the port not be opened. */
  async start(): Promise<Result<void>> {
    const { files, clientCaFile, handshakeTimeoutMs, ...rest } = this.#settings;
    const certificate = readCertificate(files, clientCaFile);
    if (!certificate.ok) return certificate;
    this.#tellExpiry(certificate.value);
    const tls = {
      certificate: certificate.value,
      ciphers: files.cipher,
      honorCipherOrder: files.prefersServerCipherOrder,
      minVersion: files.disablesTls12 ? 'TLSv1.3' : 'TLSv1.2',
      handshakeTimeoutMs,
    } as const;
    try {
      this.#listener = new Listener(this.#deps, { ...rest, tls });
    } catch (cause) {
      return fail(`cannot use the TLS settings of manager.conf: ${String(cause)}; check tlscipher`);
    }
    const started = await this.#listener.start();
    if (started.ok) this.#unwatch = watchCertificate(files, () => this.reloadCertificate(), clientCaFile);
    return started;
  }

  get port(): number {
    return this.#listener?.port ?? this.#settings.port;
  }

  /** Takes the certificate from its files; one that cannot be used leaves the old one in force, and says so. */
  reloadCertificate(): void {
    const { files, clientCaFile } = this.#settings;
    const { certificateFile } = files;
    const certificate = readCertificate(files, clientCaFile);
    if (!certificate.ok) {
      this.#deps.log.error({ detail: certificate.failure }, 'certificate not reloaded, the old one stays');
      return;
    }
    this.#listener?.useCertificate(certificate.value);
    this.#tellExpiry(certificate.value);
    this.#deps.log.info({ file: certificateFile }, 'certificate reloaded');
  }

  async stop(): Promise<void> {
    this.#unwatch();
    await this.#listener?.stop();
  }

  #tellExpiry(certificate: Certificate): void {
    this.#deps.metrics.certificateExpiry.set({ listener: 'tls' }, certificate.expiresAtMs / 1000);
  }
}
