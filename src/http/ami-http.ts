/**
 * AMI over HTTP: its listeners, plain and with TLS, and the requests they share.
 */
import type { FastifyRequest } from 'fastify';
import type { HttpSettings, HttpTlsSettings } from '../config/http-settings.js';
import { type Result, succeed } from '../lib/result.js';
import { readCertificate } from '../net/certificate.js';
import { CertificateKeeper } from '../net/certificate-keeper.js';
import { tlsSettingsOf } from '../net/tls-context.js';
import { type AmiAnswer, errorAnswer } from './ami-answer.js';
import { AmiRequests, type AmiRequestsDeps, type AmiRequestsSettings } from './ami-requests.js';
import { HttpDoor } from './http-door.js';
import { HttpListener, type HttpListenerDeps } from './http-listener.js';
import { readRequest } from './read-request.js';

export interface AmiHttpSettings extends AmiRequestsSettings {
  readonly http: HttpSettings;
  readonly handshakeTimeoutMs: number;
}

export class AmiHttp {
  readonly #deps: AmiRequestsDeps;
  readonly #settings: AmiHttpSettings;
  readonly #requests: AmiRequests;
  readonly #door: HttpDoor;
  readonly #keeper: CertificateKeeper;
  #plain: HttpListener | null = null;
  #tls: HttpListener | null = null;

  constructor(deps: AmiRequestsDeps, settings: AmiHttpSettings) {
    this.#deps = deps;
    this.#settings = settings;
    this.#requests = new AmiRequests(deps, settings);
    this.#door = new HttpDoor({ ...deps, sessionLimit: () => settings.http.sessionLimit });
    this.#keeper = new CertificateKeeper(
      { ...deps, use: (certificate) => this.#tls?.useCertificate(certificate) },
      'https',
    );
  }

  async start(): Promise<Result<void>> {
    const { plain, tls, inactivityMs, keepAliveMs } = this.#settings.http;
    if (plain !== null) {
      this.#plain = new HttpListener(this.#listenerDeps('http'), { ...plain, tls: null, inactivityMs, keepAliveMs });
      const started = await this.#plain.start();
      if (!started.ok) return started;
    }
    const secured = tls === null ? succeed(undefined) : await this.#startTls(tls);
    if (!secured.ok) return secured;
    this.#requests.start();
    this.#deps.log.info({ port: this.port, tlsPort: this.tlsPort }, 'listening for AMI over HTTP');
    return secured;
  }

  /** `null` without plain HTTP. */
  get port(): number | null {
    return this.#plain?.port ?? null;
  }

  /** `null` without HTTPS. */
  get tlsPort(): number | null {
    return this.#tls?.port ?? null;
  }

  get unauthenticatedCount(): number {
    return this.#requests.unauthenticatedCount;
  }

  reloadCertificate(): void {
    this.#keeper.reload();
  }

  /** Accepts nothing any more; resolves when the last answer has left. Sessions are ended by who opened them. */
  async stop(): Promise<void> {
    this.#keeper.stop();
    this.#requests.stop();
    await Promise.all([this.#plain?.stop(), this.#tls?.stop()]);
  }

  /** Ends what is left. */
  abort(): void {
    this.#plain?.abort();
    this.#tls?.abort();
  }

  async #startTls(tls: HttpTlsSettings): Promise<Result<void>> {
    const { handshakeTimeoutMs, http } = this.#settings;
    const { inactivityMs, keepAliveMs } = http;
    const certificate = readCertificate(tls);
    if (!certificate.ok) return certificate;
    const { bindAddress, port } = tls;
    const spoken = tlsSettingsOf(tls, certificate.value, handshakeTimeoutMs);
    const settings = { bindAddress, port, tls: spoken, inactivityMs, keepAliveMs };
    this.#tls = new HttpListener(this.#listenerDeps('https'), settings);
    this.#keeper.watch({ files: tls, clientCaFile: null }, certificate.value);
    return this.#tls.start();
  }

  #listenerDeps(transport: 'http' | 'https'): HttpListenerDeps {
    const { log, metrics } = this.#deps;
    return {
      mayConnect: (socket) => this.#door.admits(socket, transport),
      serverName: () => this.#serverName,
      answer: (request, gone) => this.#answer(request, gone, transport),
      failed: (error) => log.error({ detail: error.stack }, 'request over HTTP failed'),
      handshakeFailed: (socket, code) => {
        metrics.connections.inc({ listener: transport, result: 'tls-error' });
        log.warn({ peer: socket.remoteAddress, code }, 'TLS handshake failed');
      },
    };
  }

  get #serverName(): string {
    const { version } = this.#deps.identity();
    return this.#settings.http.serverName ?? (version === null ? 'Asterisk' : `Asterisk/${version}`);
  }

  async #answer(request: FastifyRequest, gone: AbortSignal, transport: 'http' | 'https'): Promise<AmiAnswer> {
    const read = readRequest(request, { prefix: this.#settings.http.prefix, transport, gone });
    return read.ok ? this.#requests.answer(read.value) : errorAnswer(read.failure);
  }
}
