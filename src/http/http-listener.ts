/**
 * One address on which AMI over HTTP is served.
 *
 *     node:http (strict parser, deadlines) ──► fastify (body, up to its limit) ──► our limits and routes ──► AmiRequests
 *
 * The routes are ours because Asterisk matches a path before it decodes it, and answers are written with all their
 * headers in Asterisk's order.
 */
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { type FastifyError, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { fail, type Result, succeed } from '../lib/result.js';
import type { Certificate } from '../net/certificate.js';
import { listenFailure } from '../net/listen-failure.js';
import { contextOf, type TlsSettings } from '../net/tls-context.js';
import { type AmiAnswer, errorAnswer } from './ami-answer.js';
import { headersOf, sendRaw } from './framing.js';
import * as limits from './http-limits.js';
import { formatError } from './pages.js';

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

export interface HttpListenerSettings {
  readonly bindAddress: string;
  readonly port: number;
  readonly tls: TlsSettings | null;
  readonly inactivityMs: number;
  readonly keepAliveMs: number;
}

/** Asterisk gives a new connection at least this long for its first request. */
const FIRST_REQUEST_MS = 10_000;
/** How often Node looks for requests that are too slow. */
const DEADLINE_CHECK_MS = 1000;

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
    const { inactivityMs, tls } = settings;
    const options = {
      maxHeaderSize: limits.MAX_HEADER_BYTES,
      insecureHTTPParser: false,
      requireHostHeader: false,
      headersTimeout: inactivityMs,
      requestTimeout: inactivityMs,
      keepAliveTimeout: settings.keepAliveMs,
      connectionsCheckingInterval: Math.min(DEADLINE_CHECK_MS, inactivityMs),
      noDelay: true,
    };
    this.#server =
      tls === null
        ? createServer(options)
        : createTlsServer({ ...options, ...contextOf(tls), handshakeTimeout: tls.handshakeTimeoutMs });
    // Node would drop further headers in silence; the hundred and first is refused by us.
    this.#server.maxHeadersCount = 0;
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
      clientErrorHandler: (error, socket) => this.#refuseUnreadable(error, socket),
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
  #refuse(page: Parameters<typeof formatError>[0], request: FastifyRequest, reply: FastifyReply): void {
    this.#write(request, reply, { ...errorAnswer(page), connection: 'closed' });
  }

  #write(request: FastifyRequest, reply: FastifyReply, answer: AmiAnswer): void {
    reply.hijack();
    const response = reply.raw;
    if (response.destroyed || response.headersSent || request.raw.socket.writableEnded) return;
    // Where the client closes, or speaks HTTP/1.0 without keep-alive, the parser would take nothing more.
    const isLast = !response.shouldKeepAlive || this.#settings.keepAliveMs === 0;
    const isClosed = isLast || answer.connection === 'closed';
    const serverName = this.#deps.serverName();
    const body = Buffer.from(answer.page === null ? answer.body : formatError(answer.page, serverName), 'latin1');
    const headers = headersOf(answer, { serverName, length: body.length, connection: isClosed ? 'closed' : 'kept' });
    sendRaw(response);
    response.writeHead(answer.page?.status ?? 200, answer.page?.title ?? 'OK', headers.flat());
    request.raw.socket.setTimeout(this.#settings.inactivityMs);
    response.end(body);
  }

  /** What Node's parser refuses never becomes a request. */
  #refuseUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
    socket.setTimeout(LINGER_MS, () => socket.destroy());
    const replies = [...(this.#inWork.get(socket) ?? [])];
    if (replies.some((reply) => reply.raw.headersSent)) return;
    const isSilent = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && socket.bytesRead === 0;
    // An action that is being answered has its own answer; this one cannot stand in its place.
    const isInWork = replies.some((reply) => reply.request.raw.complete);
    if (!socket.writable || isSilent || error.code === 'ECONNRESET' || isInWork) {
      socket.destroy();
      return;
    }
    const page = limits.pageForParserError(error.code ?? '');
    const serverName = this.#deps.serverName();
    const body = formatError(page, serverName);
    const headers = headersOf(errorAnswer(page), { serverName, length: body.length, connection: 'closed' });
    const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    socket.end(Buffer.from(`HTTP/1.1 ${page.status} ${page.title}\r\n${head}\r\n${body}`, 'latin1'));
  }
}

/** How long a client may take to read why it was refused. */
const LINGER_MS = 2000;

function pageFor(error: FastifyError) {
  if (error.statusCode === 413) return limits.BODY_TOO_LARGE;
  return error.statusCode !== undefined && error.statusCode < 500 ? limits.UNREADABLE_BODY : limits.SERVER_ERROR;
}
