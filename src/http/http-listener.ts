/**
 * One address on which AMI over HTTP is served.
 *
 *     node:http (strict parser, deadlines) ──► fastify (body, up to its limit) ──► our limits and routes ──► AmiRequests
 *
 * The routes are ours because Asterisk matches a path before it decodes it, and answers are written with all their
 * headers in Asterisk's order.
 */
import type { Server } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { type FastifyError, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { fail, type Result, succeed } from '../lib/result.js';
import type { Certificate } from '../net/certificate.js';
import { listenFailure } from '../net/listen-failure.js';
import { contextOf } from '../net/tls-context.js';
import { type AmiAnswer, errorAnswer } from './ami-answer.js';
import { pageFor, refuseUnreadable, writeAnswer } from './http-answers.js';
import * as limits from './http-limits.js';
import { type HttpServerSettings, makeHttpServer } from './http-server.js';
import type { ErrorPage } from './pages.js';

export interface HttpListenerDeps {
  /** Whether one more connection may be there. */
  readonly mayConnect: (socket: Socket) => boolean;
  readonly answer: (request: FastifyRequest, gone: AbortSignal) => Promise<AmiAnswer>;
  /** The Server header; empty for none. */
  readonly serverName: () => string;
  readonly handshakeFailed: (socket: Socket, code: string) => void;
  /** A bug of ours: the client learns only that there was one. */
  readonly failed: (error: Error) => void;
}

export interface HttpListenerSettings extends HttpServerSettings {
  readonly bindAddress: string;
  readonly port: number;
}

/** Asterisk gives a new connection at least this long for its first request. */
const FIRST_REQUEST_MS = 10_000;

export class HttpListener {
  readonly #deps: HttpListenerDeps;
  readonly #settings: HttpListenerSettings;
  readonly #server: Server | TlsServer;
  readonly #app;
  /** Requests that are being answered, by connection: a client may send the next before it has an answer. */
  readonly #inWork = new Map<Socket, Set<FastifyReply>>();

  constructor(deps: HttpListenerDeps, settings: HttpListenerSettings) {
    this.#deps = deps;
    this.#settings = settings;
    this.#server = makeHttpServer(settings);
    this.#server.on('connection', (socket: Socket) => this.#accept(socket));
    this.#server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: Socket) => {
      deps.handshakeFailed(socket, error.code ?? 'unknown');
      socket.destroy();
    });
    this.#app = this.#makeApp();
  }

  async start(): Promise<Result<void>> {
    const { bindAddress, port } = this.#settings;
    try {
      await this.#app.listen({ host: bindAddress, port, backlog: 1024 });
      return succeed(undefined);
    } catch (error) {
      return fail(error instanceof Error ? listenFailure(error, bindAddress, port) : String(error));
    }
  }

  /** The port in use, once started. */
  get port(): number {
    const address = this.#server.address();
    return address !== null && typeof address === 'object' ? address.port : this.#settings.port;
  }

  /** New connections get this certificate from now on. */
  useCertificate(certificate: Certificate): void {
    const { tls } = this.#settings;
    if (tls === null || !('setSecureContext' in this.#server)) return;
    this.#server.setSecureContext(contextOf({ ...tls, certificate }));
  }

  /** Accepts nothing any more; resolves when the last answer has left. */
  async stop(): Promise<void> {
    await this.#app.close();
  }

  /** Ends what is left. */
  abort(): void {
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

  #accept(socket: Socket): void {
    socket.on('error', () => undefined);
    if (!this.#deps.mayConnect(socket)) {
      socket.destroy();
      return;
    }
    const { keepAliveMs, inactivityMs } = this.#settings;
    socket.setTimeout(Math.max(keepAliveMs > 0 ? keepAliveMs : inactivityMs, FIRST_REQUEST_MS));
  }

  /** Before the body is read: true when the request may go on. */
  #begin(request: FastifyRequest, reply: FastifyReply): boolean {
    const { socket, method, rawHeaders } = request.raw;
    // An answer may take its time, WaitEvent does; what the client sends is under the deadlines of Node.
    socket.setTimeout(0);
    this.#inWork.set(socket, (this.#inWork.get(socket) ?? new Set()).add(reply));
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
    this.#write(request, reply, await this.#deps.answer(request, gone.signal));
  }

  /** What could not be read to its end must not be taken for the next request. */
  #refuse(page: ErrorPage, request: FastifyRequest, reply: FastifyReply): void {
    this.#write(request, reply, { ...errorAnswer(page), connection: 'closed' });
  }

  #write(request: FastifyRequest, reply: FastifyReply, answer: AmiAnswer): void {
    const { inactivityMs, keepAliveMs } = this.#settings;
    writeAnswer(request, reply, answer, { serverName: this.#deps.serverName(), inactivityMs, keepAliveMs });
  }
}
