/** AMI over HTTPS on one address, together with its certificate, which is read again when its files change. */
import type { HttpTlsSettings } from '../config/http-settings.js';
import { fail, type Result, succeed } from '../lib/result.js';
import { type Certificate, readCertificate } from '../net/certificate.js';
import { CertificateKeeper } from '../net/certificate-keeper.js';
import type { Entrance } from '../net/entrance.js';
import { tlsFailure } from '../net/listen-failure.js';
import { tlsSettingsOf } from '../net/tls-context.js';
import type { Log } from '../telemetry/logger.js';
import type { Metrics } from '../telemetry/metrics.js';
import { HttpListener, type HttpListenerDeps, type HttpListenerSettings } from './http-listener.js';

export interface HttpsListenerDeps extends HttpListenerDeps {
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface HttpsListenerSettings extends Omit<HttpListenerSettings, 'tls'> {
  readonly files: HttpTlsSettings;
}

export class HttpsListener implements Entrance<HttpsListenerSettings> {
  readonly #deps: HttpsListenerDeps;
  readonly #settings: HttpsListenerSettings;
  readonly #keeper: CertificateKeeper;
  #listener: HttpListener | null = null;

  constructor(deps: HttpsListenerDeps, settings: HttpsListenerSettings) {
    this.#deps = deps;
    this.#settings = settings;
    this.#keeper = new CertificateKeeper(
      { ...deps, use: (certificate) => this.#listener?.useCertificate(certificate) },
      'https',
    );
  }

  /** Fails where the certificate cannot be used or the port not be opened. */
  async start(): Promise<Result<void>> {
    const certificate = readCertificate(this.#settings.files);
    if (!certificate.ok) return certificate;
    try {
      this.#listener = new HttpListener(this.#deps, listenerSettingsOf(this.#settings, certificate.value));
    } catch (error) {
      return fail(tlsFailure(error));
    }
    const started = await this.#listener.start();
    if (started.ok) this.#watch(this.#settings, certificate.value);
    return started;
  }

  get port(): number {
    return this.#listener?.port ?? this.#settings.port;
  }

  prepare(settings: HttpsListenerSettings): Result<() => void> {
    const certificate = readCertificate(settings.files);
    if (!certificate.ok) return certificate;
    const ready = this.#listener?.prepare(listenerSettingsOf(settings, certificate.value));
    if (ready !== undefined && !ready.ok) return ready;
    return succeed(() => {
      ready?.value();
      this.#watch(settings, certificate.value);
    });
  }

  async stop(): Promise<void> {
    this.#keeper.stop();
    await this.#listener?.stop();
  }

  abort(): void {
    this.#listener?.abort();
  }

  #watch({ files }: HttpsListenerSettings, certificate: Certificate): void {
    this.#keeper.watch({ files, clientCaFile: null }, certificate);
  }
}

function listenerSettingsOf(settings: HttpsListenerSettings, certificate: Certificate): HttpListenerSettings {
  const { files, ...rest } = settings;
  return { ...rest, tls: tlsSettingsOf(files, certificate, settings.entryTimeoutMs) };
}
