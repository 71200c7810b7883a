/**
 * AMI over HTTP: its listeners, plain and with TLS, and the requests they share.
 */
import type { FastifyRequest } from 'fastify';
import type { HttpSettings, HttpTlsSettings } from '../config/http-settings.js';
import type { FrontDoor } from '../gateway/front-door.js';
import { type Result, succeed } from '../lib/result.js';
import { readCertificate } from '../net/certificate.js';
import { CertificateKeeper } from '../net/certificate-keeper.js';
import { tlsSettingsOf } from '../net/tls-context.js';
import { defaultAuthShare } from '../policy/admission.js';
import type { Networks } from '../policy/networks.js';
import { type AmiAnswer, errorAnswer } from './ami-answer.js';
import { AmiRequests, type AmiRequestsDeps } from './ami-requests.js';
import { makeHttpDoor } from './http-door.js';
import { HttpListener, type HttpListenerDeps } from './http-listener.js';
import type { HttpSessionsSettings } from './http-sessions.js';
import { type RequestOrigin, readRequest } from './read-request.js';

export interface AmiHttpSettings extends HttpSessionsSettings {
  readonly http: HttpSettings;
  /** `null`: a share of sessionlimit. */
  readonly connectionsPerAddress: number | null;
  /** Whose connections begin with a PROXY header, which is believed. */
  readonly proxies: Networks;
  /** For PROXY header and TLS handshake together, in milliseconds. */
  readonly entryTimeoutMs: number;
}

export class AmiHttp {
  readonly #deps: AmiRequestsDeps;
  readonly #settings: AmiHttpSettings;
  readonly #requests: AmiRequests;
  readonly #door: FrontDoor;
  readonly #keeper: CertificateKeeper;
  #plain: HttpListener | null = null;
  #tls: HttpListener | null = null;

  constructor(deps: AmiRequestsDeps, settings: AmiHttpSettings) {
    this.#deps = deps;
    this.#settings = settings;
    this.#requests = new AmiRequests(deps, settings);
    const { connectionsPerAddress, http } = settings;
    this.#door = makeHttpDoor(deps, {
      maxConnections: http.sessionLimit,
      maxConnectionsPerAddress: connectionsPerAddress ?? defaultAuthShare(http.sessionLimit),
    });
    this.#keeper = new CertificateKeeper(
      { ...deps, use: (certificate) => this.#tls?.useCertificate(certificate) },
      'https',
    );
  }

  async start(): Promise<Result<void>> {
    const { plain, tls } = this.#settings.http;
    if (plain !== null) {
      const settings = { ...this.#listenerSettings(), ...plain, transport: 'http', tls: null } as const;
      this.#plain = new HttpListener(this.#listenerDeps('http'), settings);
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
    const certificate = readCertificate(tls);
    if (!certificate.ok) return certificate;
    const { bindAddress, port } = tls;
    const spoken = tlsSettingsOf(tls, certificate.value, this.#settings.entryTimeoutMs);
    const settings = { ...this.#listenerSettings(), transport: 'https', bindAddress, port, tls: spoken } as const;
    this.#tls = new HttpListener(this.#listenerDeps('https'), settings);
    this.#keeper.watch({ files: tls, clientCaFile: null }, certificate.value);
    return this.#tls.start();
  }

  #listenerSettings() {
    const { http, proxies, entryTimeoutMs } = this.#settings;
    const { inactivityMs, keepAliveMs } = http;
    return { inactivityMs, keepAliveMs, proxies, entryTimeoutMs };
  }

  #listenerDeps(transport: 'http' | 'https'): HttpListenerDeps {
    const { log, metrics } = this.#deps;
    return {
      arrive: () => this.#door.arrive(),
      accepted: () => metrics.connections.inc({ listener: transport, result: 'accepted' }),
      refused: (remote, reason, code) => this.#door.refused(transport, remote, reason, code),
      flooded: (peer) => {
        metrics.protocolErrors.inc({ kind: 'too-many-requests' });
        log.warn({ peer: peer?.remote.address }, 'connection ended: too many requests at once');
      },
      serverName: () => this.#serverName,
      answer: (request, from) => this.#answer(request, from),
      failed: (error) => log.error({ detail: error.stack }, 'request over HTTP failed'),
    };
  }

  get #serverName(): string {
    const { version } = this.#deps.identity();
    return this.#settings.http.serverName ?? (version === null ? 'Asterisk' : `Asterisk/${version}`);
  }

  async #answer(request: FastifyRequest, from: RequestOrigin): Promise<AmiAnswer> {
    const read = readRequest(request, this.#settings.http.prefix, from);
    return read.ok ? this.#requests.answer(read.value) : errorAnswer(read.failure);
  }
}
