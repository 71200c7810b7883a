/** Keeps the certificate of one listener fresh: it is read again when its files change, or on demand. */
import type { Log } from '../telemetry/logger.js';
import type { Metrics } from '../telemetry/metrics.js';
import { type Certificate, type CertificateFiles, readCertificate, watchCertificate } from './certificate.js';

export interface CertificateKeeperDeps {
  readonly log: Log;
  readonly metrics: Metrics;
  /** New connections get this certificate from now on. */
  readonly use: (certificate: Certificate) => void;
}

export interface CertificateSource {
  readonly files: CertificateFiles;
  /** A PEM file with the authorities of client certificates; `null`: clients are not asked for one. */
  readonly clientCaFile: string | null;
}

export class CertificateKeeper {
  readonly #deps: CertificateKeeperDeps;
  readonly #listener: 'tls' | 'https';
  #source: CertificateSource | null = null;
  #unwatch: () => void = () => undefined;

  /** `listener` names it in metrics. */
  constructor(deps: CertificateKeeperDeps, listener: 'tls' | 'https') {
    this.#deps = deps;
    this.#listener = listener;
  }

  /** Watches these files from now on; `certificate` is what they hold, and in use. */
  watch(source: CertificateSource, certificate: Certificate): void {
    this.#unwatch();
    this.#source = source;
    this.#unwatch = watchCertificate(source.files, () => this.reload(), source.clientCaFile);
    this.#tellExpiry(certificate);
  }

  /** Takes the certificate from its files; one that cannot be used leaves the old one in force, and says so. */
  reload(): void {
    if (this.#source === null) return;
    const { files, clientCaFile } = this.#source;
    const certificate = readCertificate(files, clientCaFile);
    if (!certificate.ok) {
      this.#deps.log.error({ detail: certificate.failure }, 'certificate not reloaded, the old one stays');
      return;
    }
    this.#deps.use(certificate.value);
    this.#tellExpiry(certificate.value);
    this.#deps.log.info({ file: files.certificateFile }, 'certificate reloaded');
  }

  stop(): void {
    this.#unwatch();
    this.#unwatch = () => undefined;
    this.#source = null;
  }

  #tellExpiry({ expiresAtMs }: Certificate): void {
    this.#deps.metrics.certificateExpiry.set({ listener: this.#listener }, expiresAtMs / 1000);
  }
}
