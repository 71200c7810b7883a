/** Accepts connections on one address, over TCP or TLS, and hands each over as a Connection. */
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import { fail, type Result, succeed } from '../lib/result.js';
import type { Certificate } from './certificate.js';
import type { Connection, Endpoint, Peer, Transport } from './connection.js';
import { SocketConnection, type SocketConnectionSettings } from './socket-connection.js';

export interface TlsSettings {
  readonly certificate: Certificate;
  /** OpenSSL's list of ciphers; `null` for its default. */
  readonly ciphers: string | null;
  readonly honorCipherOrder: boolean;
  /** Nothing older is ever spoken. */
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  /** How long a handshake may take, in milliseconds. */
  readonly handshakeTimeoutMs: number;
}

export interface ListenerSettings {
  readonly bindAddress: string;
  /** 0 takes any free port; `port` then tells which. */
  readonly port: number;
  /** `null` for plain TCP. */
  readonly tls: TlsSettings | null;
  readonly connection: SocketConnectionSettings;
}

export interface ListenerDeps {
  readonly accept: (connection: Connection) => void;
  /** Asked before a TLS handshake, which costs something: false ends the connection without one. */
  readonly mayHandshake: () => boolean;
  readonly handshakeFailed: (remote: Endpoint, code: string) => void;
}

/** A client that lost its power sends no FIN: without this its session would stay until there is an event for it. */
const KEEPALIVE = { keepAlive: true, keepAliveInitialDelay: 60_000 } as const;

export class Listener {
  readonly #deps: ListenerDeps;
  readonly #settings: ListenerSettings;
  readonly #handshakes = new Map<string, Socket>();
  readonly #server: Server | TlsServer;

  constructor(deps: ListenerDeps, settings: ListenerSettings) {
    this.#deps = deps;
    this.#settings = settings;
    this.#server = settings.tls === null ? this.#makeTcp() : this.#makeTls(settings.tls);
  }

  /** Opens the port; fails with a sentence that says what to do. */
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

  /** The port in use, once started. */
  get port(): number {
    const address = this.#server.address();
    return address !== null && typeof address === 'object' ? address.port : this.#settings.port;
  }

  /** Asterisk's LocalAddress is what it listens on, `0.0.0.0` or `::` included, not what the client has dialled. */
  get #boundTo(): Endpoint | null {
    const address = this.#server.address();
    return address !== null && typeof address === 'object' ? { address: address.address, port: address.port } : null;
  }

  /** TLS handshakes under way: connections that are not yet sessions. */
  get handshakeCount(): number {
    return this.#handshakes.size;
  }

  /** New connections get this certificate from now on. */
  useCertificate(certificate: Certificate): void {
    const { tls } = this.#settings;
    if (tls === null || !('setSecureContext' in this.#server)) return;
    this.#server.setSecureContext(contextOf({ ...tls, certificate }));
  }

  /** Stops accepting at once; connections that exist live on. Resolves when the last of them is over. */
  stop(): Promise<void> {
    for (const socket of this.#handshakes.values()) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #makeTcp(): Server {
    // A client may end its direction and still read its answers, as Asterisk lets it.
    const server = createTcpServer({ allowHalfOpen: true, ...KEEPALIVE });
    server.on('connection', (socket) => this.#accept(socket, 'tcp'));
    return server;
  }

  #makeTls(tls: TlsSettings): TlsServer {
    const server = createTlsServer({
      ...contextOf(tls),
      allowHalfOpen: true,
      ...KEEPALIVE,
      handshakeTimeout: tls.handshakeTimeoutMs,
    });
    server.on('connection', (socket: Socket) => this.#beginHandshake(socket));
    server.on('secureConnection', (socket) => this.#accept(socket, 'tls'));
    server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
      const peer = peerOf(socket, 'tls');
      this.#deps.handshakeFailed(peer?.remote ?? UNKNOWN, error.code ?? 'unknown');
      socket.destroy();
    });
    return server;
  }

  #beginHandshake(socket: Socket): void {
    if (!this.#deps.mayHandshake()) {
      socket.destroy();
      return;
    }
    const key = keyOf(socket);
    this.#handshakes.set(key, socket);
    socket.once('close', () => this.#handshakes.delete(key));
  }

  #accept(socket: Socket, transport: Transport): void {
    socket.on('error', () => undefined);
    const peer = peerOf(socket, transport);
    this.#handshakes.delete(keyOf(socket));
    if (peer === null) {
      socket.destroy();
      return;
    }
    const local = this.#boundTo ?? peer.local;
    this.#deps.accept(new SocketConnection(socket, { ...peer, local }, this.#settings.connection));
  }
}

/** A client that is gone already: the kernel then knows no address. */
const UNKNOWN: Endpoint = { address: 'unknown', port: 0 };

/** The options of Node's TLS for these settings. */
export function contextOf(tls: TlsSettings) {
  const { certificate, ciphers, honorCipherOrder, minVersion } = tls;
  const { cert, key } = certificate;
  return { cert, key, honorCipherOrder, minVersion, ...(ciphers === null ? {} : { ciphers }) };
}

/** The same for a socket and for the TLS socket over it. */
function keyOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`;
}

/** Both ends of a socket; `null` for a client that is gone already. */
export function peerOf(socket: Socket, transport: Transport): Peer | null {
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  if (remoteAddress === undefined || remotePort === undefined) return null;
  if (localAddress === undefined || localPort === undefined) return null;
  return {
    transport,
    remote: { address: unmapped(remoteAddress), port: remotePort },
    local: { address: unmapped(localAddress), port: localPort },
  };
}

/** An IPv4 client of a dual-stack listener is an IPv4 client, for ACLs, logs and events alike. */
function unmapped(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice('::ffff:'.length) : address;
}

/** A sentence that says what to do. */
export function listenFailure(error: NodeJS.ErrnoException, bindAddress: string, port: number): string {
  const place = `cannot listen on ${bindAddress} port ${port}`;
  switch (error.code) {
    case 'EADDRINUSE':
      return `${place}: the port is in use; stop what listens there (\`ss -ltnp\` shows it) or choose another port`;
    case 'EADDRNOTAVAIL':
      return `${place}: this machine has no such address; check bindaddr`;
    case 'EACCES':
      return `${place}: permission denied; ports below 1024 need privileges`;
    default:
      return `${place}: ${error.message}`;
  }
}
