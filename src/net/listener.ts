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
import { containsAddress, type Networks } from '../policy/networks.js';
import type { Certificate } from './certificate.js';
import { certificateNamesOf } from './certificate-names.js';
import type { CloseReason, Connection, Endpoint, Peer, Transport } from './connection.js';
import { readProxyHeader } from './proxied-socket.js';
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
  /** Whose connections begin with a PROXY header, which is believed. */
  readonly proxies: Networks;
  /** From the first packet until the login, in milliseconds: Asterisk's authtimeout. */
  readonly entryTimeoutMs: number;
  /** A client that lost its power sends no FIN; after so many milliseconds of silence the kernel asks. 0 for never. */
  readonly keepAliveMs: number;
}

/** A connection that is not yet a session: counted from its first packet on. */
export interface Arrival {
  /** The client's address is known, and nothing was read of it: `null` lets it in. */
  identify(remote: Endpoint): Promise<CloseReason | null>;
  /** It is a session now, or over. Idempotent. */
  end(): void;
}

export interface ListenerDeps {
  readonly arrive: () => Arrival;
  /** `waitedMs` of the entry's time are used up. */
  readonly accept: (connection: Connection, waitedMs: number) => void;
  /** It ended before it was a session. `code` is that of a TLS handshake. */
  readonly refused: (remote: Endpoint, reason: CloseReason | 'tls-error', code?: string) => void;
}

interface Entry {
  readonly socket: Socket;
  readonly arrival: Arrival;
  readonly sinceMs: number;
  readonly deadline: NodeJS.Timeout;
  peer: Peer;
  isOver: boolean;
}

export class Listener {
  readonly #deps: ListenerDeps;
  readonly #settings: ListenerSettings;
  readonly #transport: 'tcp' | 'tls';
  readonly #entries = new Map<string, Entry>();
  readonly #server: Server;
  readonly #tlsServer: TlsServer | null;
  #bound: Endpoint | null = null;

  constructor(deps: ListenerDeps, settings: ListenerSettings) {
    this.#deps = deps;
    this.#settings = settings;
    this.#transport = settings.tls === null ? 'tcp' : 'tls';
    // A client may end its direction and still read its answers, as Asterisk lets it.
    const { keepAliveMs } = settings;
    const keepAlive = { keepAlive: keepAliveMs > 0, keepAliveInitialDelay: keepAliveMs };
    this.#server = createTcpServer({ allowHalfOpen: true, ...keepAlive });
    this.#server.on('connection', (socket) => void this.#enter(socket));
    this.#tlsServer = settings.tls === null ? null : this.#makeTls(settings.tls);
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
    if (tls !== null) this.#tlsServer?.setSecureContext(contextOf({ ...tls, certificate }));
  }

  /** Stops accepting at once; sessions that exist live on. Resolves when the last of them is over. */
  stop(): Promise<void> {
    for (const { socket } of this.#entries.values()) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  /** The way in, up to the session or the handshake before it. */
  async #enter(socket: Socket): Promise<void> {
    socket.on('error', () => undefined);
    const entry = this.#begin(socket);
    if (entry === null) return;
    const remote = await this.#readRemote(entry);
    if (remote === null || entry.isOver) return;
    entry.peer = { ...entry.peer, remote };
    const refusal = await entry.arrival.identify(remote);
    if (entry.isOver) return;
    if (refusal !== null) return this.#refuse(entry, refusal);
    if (this.#tlsServer === null) return this.#accept(entry, socket);
    // A socket that already has bytes to read is fine: Node hands them to the handshake.
    this.#tlsServer.emit('connection', socket);
  }

  #begin(socket: Socket): Entry | null {
    const peer = peerOf(socket, this.#transport);
    if (peer === null) {
      socket.destroy();
      return null;
    }
    const arrival = this.#deps.arrive();
    const deadline = setTimeout(() => this.#refuse(entry, 'auth-timeout'), this.#settings.entryTimeoutMs);
    const entry: Entry = { socket, peer, arrival, deadline, sinceMs: performance.now(), isOver: false };
    this.#entries.set(keyOf(socket), entry);
    socket.once('close', () => this.#end(entry));
    return entry;
  }

  /** The client's own address; `null` when the connection is over for want of one. */
  async #readRemote(entry: Entry): Promise<Endpoint | null> {
    const { remote } = entry.peer;
    if (!containsAddress(this.#settings.proxies, remote.address)) return remote;
    const client = await readProxyHeader(entry.socket);
    if (client.kind === 'proxied') return client.remote;
    if (client.kind === 'local') return remote;
    if (client.kind === 'invalid') this.#refuse(entry, 'proxy-error');
    else entry.socket.destroy();
    return null;
  }

  #accept(entry: Entry, socket: Socket): void {
    this.#end(entry);
    const local = this.#boundTo ?? entry.peer.local;
    const peer = { ...entry.peer, local, certificateNames: certificateNamesOf(socket) };
    const connection = new SocketConnection(socket, peer, this.#settings.connection);
    this.#deps.accept(connection, performance.now() - entry.sinceMs);
  }

  #refuse(entry: Entry, reason: CloseReason | 'tls-error', code?: string): void {
    if (entry.isOver) return;
    this.#end(entry);
    entry.socket.destroy();
    this.#deps.refused(entry.peer.remote, reason, code);
  }

  #end(entry: Entry): void {
    if (entry.isOver) return;
    entry.isOver = true;
    clearTimeout(entry.deadline);
    this.#entries.delete(keyOf(entry.socket));
    entry.arrival.end();
  }

  #makeTls(tls: TlsSettings): TlsServer {
    const server = createTlsServer({ ...contextOf(tls), handshakeTimeout: tls.handshakeTimeoutMs });
    server.on('secureConnection', (socket) => {
      socket.on('error', () => undefined);
      const entry = this.#entries.get(keyOf(socket));
      if (entry === undefined) socket.destroy();
      else this.#accept(entry, socket);
    });
    server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
      const entry = this.#entries.get(keyOf(socket));
      socket.destroy();
      if (entry !== undefined) this.#refuse(entry, 'tls-error', error.code ?? 'unknown');
    });
    return server;
  }
}

/** The options of Node's TLS for these settings. */
export function contextOf(tls: TlsSettings) {
  const { certificate, ciphers, honorCipherOrder, minVersion } = tls;
  const { cert, key, clientCa } = certificate;
  // Who has no certificate may come in all the same: whether the user needs one is for the login to say.
  const asked = clientCa === null ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: false };
  return { cert, key, honorCipherOrder, minVersion, ...asked, ...(ciphers === null ? {} : { ciphers }) };
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
    certificateNames: [],
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
