/**
 * One address on which AMI over HTTP is served.
 *
 *     Entries (who may come in) ──► node:http (strict parser, deadlines) ──► fastify (body, up to its limit)
 *         ──► our limits and routes ──► AmiRequests
 *
 * The routes are ours because Asterisk matches a path before it decodes it, and answers are written with all their
 * headers in Asterisk's order.
 */
import type { Server } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { createSecureContext } from 'node:tls';
import { type FastifyError, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { fail, type Result, succeed } from '../lib/result.js';
import type { Certificate } from '../net/certificate.js';
import type { Peer } from '../net/connection.js';
import type { Entrance } from '../net/entrance.js';
import { Entries, type EntriesDeps } from '../net/entries.js';
import { listenFailure, tlsFailure } from '../net/listen-failure.js';
import { contextOf } from '../net/tls-context.js';
import type { Networks } from '../policy/networks.js';
import { type AmiAnswer, errorAnswer } from './ami-answer.js';
import { pageFor, refuseUnreadable, writeAnswer } from './http-answers.js';
import * as limits from './http-limits.js';
import { type HttpServerSettings, makeHttpServer } from './http-server.js';
import type { ErrorPage } from './pages.js';
import type { RequestOrigin } from './read-request.js';

export interface HttpListenerDeps extends EntriesDeps {
  /** A client was let in. */
  readonly accepted: () => void;
  readonly answer: (request: FastifyRequest, from: RequestOrigin) => Promise<AmiAnswer>;
  /** The Server header; empty for none. */
  readonly serverName: () => string;
  /** A client sent more requests than may wait on one connection, which ends. */
  readonly flooded: (peer: Peer | null) => void;
  /** A bug of ours: the client learns only that there was one. */
  readonly failed: (error: Error) => void;
}

export interface HttpListenerSettings extends HttpServerSettings {
  readonly transport: 'http' | 'https';
  readonly bindAddress: string;
  readonly port: number;
  /** Whose connections begin with a PROXY header, which is believed. */
  readonly proxies: Networks;
  /** For PROXY header and TLS handshake together, in milliseconds. */
  readonly entryTimeoutMs: number;
}

/** Asterisk gives a new connection at least this long for its first request. */
const FIRST_REQUEST_MS = 10_000;
/** Requests that one connection may have in work: more than browsers send ahead, and each may hold a body. */
const MOST_IN_WORK = 32;

export class HttpListener implements Entrance<HttpListenerSettings> {
  readonly #deps: HttpListenerDeps;
  #settings: HttpListenerSettings;
  #isStopping = false;
  readonly #server: Server | TlsServer;
  readonly #app;
  readonly #entries: Entries;
  /** Requests that are being answered, by connection: a client may send the next before it has an answer. */
  readonly #inWork = new Map<Socket, Set<FastifyReply>>();

  constructor(deps: HttpListenerDeps, settings: HttpListenerSettings) {
    this.#deps = deps;
    this.#settings = settings;
    this.#server = makeHttpServer(settings);
    this.#entries = new Entries(deps);
    this.#guardEntry();
    this.#app = this.#makeApp();
  }

  async start(): Promise<Result<void>> {
    const { bindAddress, port } = this.#settings;
    await this.#app.ready();
    return new Promise((resolve) => {
      const refused = (error: NodeJS.ErrnoException) => resolve(fail(listenFailure(error, bindAddress, port)));
      this.#server.once('error', refused);
      this.#server.listen({ host: bindAddress, port, backlog: 1024 }, () => {
        this.#server.off('error', refused);
        // An accept that failed, for want of descriptors say, concerns nobody who is connected.
        this.#server.on('error', () => undefined);
        resolve(succeed(undefined));
      });
    });
  }

  get port(): number {
    const address = this.#server.address();
    return address !== null && typeof address === 'object' ? address.port : this.#settings.port;
  }

  /** New connections get this certificate from now on. */
  useCertificate(certificate: Certificate): void {
    const { tls } = this.#settings;
    if (tls === null || !('setSecureContext' in this.#server)) return;
    this.#settings = { ...this.#settings, tls: { ...tls, certificate } };
    this.#server.setSecureContext(contextOf({ ...tls, certificate }));
  }

  /** Fails where OpenSSL cannot use the TLS settings. */
  prepare(settings: HttpListenerSettings): Result<() => void> {
    const { tls, inactivityMs, keepAliveMs } = settings;
    try {
      if (tls !== null) createSecureContext(contextOf(tls));
    } catch (error) {
      return fail(tlsFailure(error));
    }
    return succeed(() => {
      this.#settings = settings;
      this.#server.headersTimeout = inactivityMs;
      this.#server.requestTimeout = inactivityMs;
      this.#server.keepAliveTimeout = keepAliveMs;
      if (tls !== null) this.useCertificate(tls.certificate);
    });
  }

  /** Answers that are in work still leave. */
  stop(): Promise<void> {
    this.#isStopping = true;
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeIdleConnections();
    });
  }

  abort(): void {
    this.#entries.destroyAll();
    this.#server.closeAllConnections();
  }

  #makeApp() {
    const app = fastify({
      logger: false,
      return503OnClosing: false,
      exposeHeadRoutes: false,
      bodyLimit: limits.LARGEST_BODY,
      serverFactory: (listener) => this.#server.on('request', listener),
      clientErrorHandler: (error, socket) =>
        refuseUnreadable(error, socket, [...(this.#inWork.get(socket) ?? [])], this.#deps.serverName()),
      // Every path goes to the one handler, as it came.
      rewriteUrl: () => '/',
    });
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    app.addHook('onRequest', (request, reply, next) => this.#begin(request, reply) && next());
    app.setErrorHandler((error: FastifyError, request, reply) => {
      const page = pageFor(error);
      if (page === limits.SERVER_ERROR) this.#deps.failed(error);
      this.#refuse(page, request, reply);
    });
    app.setNotFoundHandler((request, reply) => this.#serve(request, reply));
    app.route({
      method: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'],
      url: '/',
      handler: (request, reply) => this.#serve(request, reply),
    });
    return app;
  }

  /** The server's own listeners get a socket when it was let in, and not before. */
  #guardEntry(): void {
    const serve = this.#server.listeners('connection');
    this.#server.removeAllListeners('connection');
    this.#server.on('connection', async (socket: Socket) => {
      if (!(await this.#mayEnter(socket))) return;
      if (this.#settings.tls === null) this.#accept(socket);
      for (const listener of serve) listener.call(this.#server, socket);
      // Reading a PROXY header has left it paused; a TLS socket takes what waits there by itself.
      if (this.#settings.tls === null) socket.resume();
    });
    this.#server.on('secureConnection', (socket: Socket) => this.#accept(socket));
    this.#server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: Socket) => {
      const entry = this.#entries.find(socket);
      if (entry !== undefined) this.#entries.refuse(entry, 'tls-error', error.code ?? 'unknown');
      socket.destroy();
    });
  }

  async #mayEnter(socket: Socket): Promise<boolean> {
    socket.on('error', () => undefined);
    const { transport, entryTimeoutMs, proxies } = this.#settings;
    const entry = this.#entries.begin(socket, transport, entryTimeoutMs);
    return entry !== null && (await this.#entries.admit(entry, proxies));
  }

  /** It stays among the entries until it ends: as long it counts. */
  #accept(socket: Socket): void {
    socket.on('error', () => undefined);
    clearTimeout(this.#entries.find(socket)?.deadline);
    this.#deps.accepted();
    const { keepAliveMs, inactivityMs } = this.#settings;
    socket.setTimeout(Math.max(keepAliveMs > 0 ? keepAliveMs : inactivityMs, FIRST_REQUEST_MS));
  }

  /** Before the body is read: true when the request may go on. */
  #begin(request: FastifyRequest, reply: FastifyReply): boolean {
    const { socket, method, rawHeaders } = request.raw;
    // An answer may take its time, WaitEvent does; what the client sends is under the deadlines of Node.
    socket.setTimeout(0);
    const inWork = this.#inWork.get(socket) ?? new Set();
    // The parser reads on to the end of what has come.
    if (socket.destroyed) return false;
    if (inWork.size >= MOST_IN_WORK) {
      this.#deps.flooded(this.#entries.find(socket)?.peer ?? null);
      socket.destroy();
      return false;
    }
    this.#inWork.set(socket, inWork.add(reply));
    reply.raw.once('close', () => this.#end(socket, reply));
    const excess = limits.findExcess({ method: method ?? '', target: request.originalUrl, rawHeaders });
    if (excess === null) return true;
    this.#refuse(excess, request, reply);
    return false;
  }

  #end(socket: Socket, reply: FastifyReply): void {
    const replies = this.#inWork.get(socket);
    replies?.delete(reply);
    // The next one on this connection is in work already, and may take its time.
    if (replies !== undefined && replies.size > 0) socket.setTimeout(0);
    else this.#inWork.delete(socket);
  }

  async #serve(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const peer = this.#entries.find(request.raw.socket)?.peer ?? null;
    this.#write(request, reply, await this.#deps.answer(request, { peer, gone: gone.signal }));
  }

  /** What could not be read to its end must not be taken for the next request. */
  #refuse(page: ErrorPage, request: FastifyRequest, reply: FastifyReply): void {
    this.#write(request, reply, { ...errorAnswer(page), connection: 'closed' });
  }

  #write(request: FastifyRequest, reply: FastifyReply, answer: AmiAnswer): void {
    const { inactivityMs } = this.#settings;
    // No request follows where nothing listens any more.
    const keepAliveMs = this.#isStopping ? 0 : this.#settings.keepAliveMs;
    writeAnswer(request, reply, answer, { serverName: this.#deps.serverName(), inactivityMs, keepAliveMs });
  }
}
