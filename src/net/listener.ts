/**
 * Accepts connections on one address, over TCP or TLS, and hands each over as a Connection.
 *
 *     socket ──► [PROXY header, from trusted networks] ──► identify: refused │ [TLS handshake] ──► accept
 *
 * One deadline spans all of it, and what is left of it is for the login.
 */
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import { fail, type Result, succeed } from '../lib/result.js';
import type { Networks } from '../policy/networks.js';
import type { Certificate } from './certificate.js';
import { certificateNamesOf } from './certificate-names.js';
import type { Connection, Endpoint } from './connection.js';
import type { Entrance } from './entrance.js';
import { Entries, type EntriesDeps, type Entry } from './entries.js';
import { listenFailure, tlsFailure } from './listen-failure.js';
import { SocketConnection, type SocketConnectionSettings } from './socket-connection.js';
import { contextOf, type TlsSettings } from './tls-context.js';

export interface ListenerSettings {
  readonly bindAddress: string;
  /** 0 takes any free port; `port` then tells which. */
  readonly port: number;
  /** `null` for plain TCP. */
  readonly tls: TlsSettings | null;
  readonly connection: SocketConnectionSettings;
  /** Whose connections begin with a PROXY header, which is believed. */
  readonly proxies: Networks;
  /** From the first packet until the login, in milliseconds: Asterisk's authtimeout. */
  readonly entryTimeoutMs: number;
  /** A client that lost its power sends no FIN; after so many milliseconds of silence the kernel asks. 0 for never. */
  readonly keepAliveMs: number;
}

export interface ListenerDeps extends EntriesDeps {
  /** `waitedMs` of the entry's time are used up. */
  readonly accept: (connection: Connection, waitedMs: number) => void;
}

export class Listener implements Entrance<ListenerSettings> {
  readonly #deps: ListenerDeps;
  #settings: ListenerSettings;
  readonly #transport: 'tcp' | 'tls';
  readonly #entries: Entries;
  readonly #server: Server;
  #tlsServer: TlsServer | null;
  #bound: Endpoint | null = null;

  constructor(deps: ListenerDeps, settings: ListenerSettings) {
    this.#deps = deps;
    this.#settings = settings;
    this.#entries = new Entries(deps);
    this.#transport = settings.tls === null ? 'tcp' : 'tls';
    // A client may end its direction and still read its answers, as Asterisk lets it.
    this.#server = createTcpServer({ allowHalfOpen: true });
    this.#server.on('connection', (socket) => void this.#enter(socket));
    this.#tlsServer = settings.tls === null ? null : this.#makeTls(settings.tls);
  }

  start(): Promise<Result<void>> {
    const { bindAddress, port } = this.#settings;
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

  /** Asterisk's LocalAddress is what it listens on, `0.0.0.0` or `::` included, not what the client has dialled. */
  get #boundTo(): Endpoint | null {
    if (this.#bound !== null) return this.#bound;
    // Kept: each question is one to the kernel.
    const address = this.#server.address();
    const isBound = address !== null && typeof address === 'object';
    this.#bound = isBound ? { address: address.address, port: address.port } : null;
    return this.#bound;
  }

  /** New connections get this certificate from now on. */
  useCertificate(certificate: Certificate): void {
    const { tls } = this.#settings;
    if (tls === null) return;
    this.#settings = { ...this.#settings, tls: { ...tls, certificate } };
    this.#tlsServer?.setSecureContext(contextOf({ ...tls, certificate }));
  }

  /** Fails where OpenSSL cannot use the TLS settings. */
  prepare(settings: ListenerSettings): Result<() => void> {
    try {
      // A server of its own: whether it asks for certificates is no property of Node's contexts.
      const tlsServer = settings.tls === null ? null : this.#makeTls(settings.tls);
      return succeed(() => {
        this.#settings = settings;
        this.#tlsServer = tlsServer;
      });
    } catch (error) {
      return fail(tlsFailure(error));
    }
  }

  /** Sessions that exist live on. */
  stop(): Promise<void> {
    this.#entries.destroyAll();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  /** What came in is a session, and ends with it. */
  abort(): void {}

  /** The way in, up to the session or the handshake before it. */
  async #enter(socket: Socket): Promise<void> {
    socket.on('error', () => undefined);
    const { keepAliveMs } = this.#settings;
    if (keepAliveMs > 0) socket.setKeepAlive(true, keepAliveMs);
    const entry = this.#entries.begin(socket, this.#transport, this.#settings.entryTimeoutMs);
    if (entry === null) return;
    if (!(await this.#entries.admit(entry, this.#settings.proxies))) return;
    if (this.#tlsServer === null) return this.#accept(entry, socket);
    // A socket that already has bytes to read is fine: Node hands them to the handshake.
    this.#tlsServer.emit('connection', socket);
  }

  #accept(entry: Entry, socket: Socket): void {
    this.#entries.end(entry);
    const local = this.#boundTo ?? entry.peer.local;
    const peer = { ...entry.peer, local, certificateNames: certificateNamesOf(socket) };
    const connection = new SocketConnection(socket, peer, this.#settings.connection);
    this.#deps.accept(connection, performance.now() - entry.sinceMs);
  }

  #makeTls(tls: TlsSettings): TlsServer {
    const server = createTlsServer({ ...contextOf(tls), handshakeTimeout: tls.handshakeTimeoutMs });
    server.on('secureConnection', (socket) => {
      socket.on('error', () => undefined);
      const entry = this.#entries.find(socket);
      if (entry === undefined) socket.destroy();
      else this.#accept(entry, socket);
    });
    server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
      const entry = this.#entries.find(socket);
      socket.destroy();
      if (entry !== undefined) this.#entries.refuse(entry, 'tls-error', error.code ?? 'unknown');
    });
    return server;
  }
}
