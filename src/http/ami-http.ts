/**
 * AMI over HTTP: its listeners, plain and with TLS, and the requests they share.
 */
import type { Socket } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { asciiLowerCase } from '../ami/message.js';
import type { HttpSettings, HttpTlsSettings } from '../config/http-settings.js';
import { type Result, succeed } from '../lib/result.js';
import { readCertificate, watchCertificate } from '../net/certificate.js';
import { peerOf } from '../net/peer-of.js';
import { type AmiAnswer, errorAnswer } from './ami-answer.js';
import { AmiRequests, type AmiRequestsDeps, type AmiRequestsSettings } from './ami-requests.js';
import { cookieIdIn } from './cookie.js';
import { NOT_FOUND, UNKNOWN_METHOD } from './http-limits.js';
import { HttpListener, type HttpListenerDeps } from './http-listener.js';
import { decodeParameters, type Parameter } from './parameters.js';
import { findRoute, queryOf } from './routes.js';

export interface AmiHttpSettings extends AmiRequestsSettings {
  readonly http: HttpSettings;
  readonly handshakeTimeoutMs: number;
}

export class AmiHttp {
  readonly #deps: AmiRequestsDeps;
  readonly #settings: AmiHttpSettings;
  readonly #requests: AmiRequests;
  #plain: HttpListener | null = null;
  #tls: HttpListener | null = null;
  #connections = 0;
  #unwatch: () => void = () => undefined;

  constructor(deps: AmiRequestsDeps, settings: AmiHttpSettings) {
    this.#deps = deps;
    this.#settings = settings;
    this.#requests = new AmiRequests(deps, settings);
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
    const { tls } = this.#settings.http;
    if (tls === null) return;
    const certificate = readCertificate(tls);
    if (!certificate.ok) {
      this.#deps.log.error({ detail: certificate.failure }, 'certificate not reloaded, the old one stays');
      return;
    }
    this.#tls?.useCertificate(certificate.value);
    this.#deps.metrics.certificateExpiry.set({ listener: 'https' }, certificate.value.expiresAtMs / 1000);
    this.#deps.log.info({ file: tls.certificateFile }, 'certificate reloaded');
  }

  /** Accepts nothing any more; resolves when the last answer has left. Sessions are ended by who opened them. */
  async stop(): Promise<void> {
    this.#unwatch();
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
    const settings = {
      certificate: certificate.value,
      ciphers: tls.cipher,
      honorCipherOrder: tls.prefersServerCipherOrder,
      minVersion: tls.disablesTls12 ? 'TLSv1.3' : 'TLSv1.2',
      handshakeTimeoutMs,
    } as const;
    const { bindAddress, port } = tls;
    this.#tls = new HttpListener(this.#listenerDeps('https'), {
      bindAddress,
      port,
      tls: settings,
      inactivityMs,
      keepAliveMs,
    });
    this.#deps.metrics.certificateExpiry.set({ listener: 'https' }, certificate.value.expiresAtMs / 1000);
    this.#unwatch = watchCertificate(tls, () => this.reloadCertificate());
    return this.#tls.start();
  }

  #listenerDeps(transport: 'http' | 'https'): HttpListenerDeps {
    const { log, metrics } = this.#deps;
    return {
      mayConnect: (socket) => this.#mayConnect(socket, transport),
      serverName: () => this.#serverName,
      answer: (request, gone) => this.#answer(request, gone, transport),
      failed: (error) => log.error({ detail: error.stack }, 'request over HTTP failed'),
      handshakeFailed: (socket, code) => {
        metrics.connections.inc({ listener: transport, result: 'tls-error' });
        log.warn({ peer: socket.remoteAddress, code }, 'TLS handshake failed');
      },
    };
  }

  /** Beyond `sessionlimit` a connection ends without a word, as in Asterisk; both listeners count together. */
  #mayConnect(socket: Socket, transport: 'http' | 'https'): boolean {
    const { metrics, log } = this.#deps;
    if (this.#deps.guard.knowsBan(peerOf(socket, transport)?.remote.address ?? '')) {
      metrics.connections.inc({ listener: transport, result: 'banned' });
      return false;
    }
    const isFull = this.#connections >= this.#settings.http.sessionLimit;
    metrics.connections.inc({ listener: transport, result: isFull ? 'session-limit' : 'accepted' });
    if (isFull) {
      log.warn({ peer: socket.remoteAddress, reason: 'session-limit' }, 'connection refused');
      return false;
    }
    this.#connections += 1;
    socket.once('close', () => {
      this.#connections -= 1;
    });
    return true;
  }

  get #serverName(): string {
    const { version } = this.#deps.identity();
    return this.#settings.http.serverName ?? (version === null ? 'Asterisk' : `Asterisk/${version}`);
  }

  async #answer(request: FastifyRequest, gone: AbortSignal, transport: 'http' | 'https'): Promise<AmiAnswer> {
    const { method } = request;
    const target = request.originalUrl;
    const route = findRoute(this.#settings.http.prefix, target);
    const peer = peerOf(request.raw.socket, transport);
    if (route === null || peer === null) return errorAnswer(NOT_FOUND);
    if (method !== 'GET' && method !== 'POST' && method !== 'HEAD') return errorAnswer(UNKNOWN_METHOD);
    const { rawHeaders } = request.raw;
    const authorization = rawHeaders.find(
      (_, at) => at % 2 === 1 && asciiLowerCase(rawHeaders[at - 1] ?? '') === 'authorization',
    );
    return this.#requests.answer({
      route,
      method,
      target,
      parameters: parametersOf(request),
      cookieId: cookieIdIn(rawHeaders),
      authorization: authorization ?? null,
      peer,
      gone,
    });
  }
}

/** Of a POST only the body counts, and of bodies only forms, as in Asterisk. */
function parametersOf(request: FastifyRequest): readonly Parameter[] {
  if (request.method !== 'POST') {
    const query = queryOf(request.originalUrl);
    return query === null ? [] : decodeParameters(query);
  }
  const [type = ''] = (request.headers['content-type'] ?? '').split(';', 1);
  const isForm = asciiLowerCase(type) === 'application/x-www-form-urlencoded';
  return isForm && Buffer.isBuffer(request.body) ? decodeParameters(request.body.toString('latin1')) : [];
}
