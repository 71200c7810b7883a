/** Accepts connections on one address and hands each over as a Connection. */
import { createServer, type Server, type Socket } from 'node:net';
import { fail, type Result, succeed } from '../lib/result.js';
import type { Connection, Peer } from './connection.js';
import { SocketConnection, type SocketConnectionSettings } from './socket-connection.js';

export interface ListenerSettings {
  readonly bindAddress: string;
  /** 0 takes any free port; `port` then tells which. */
  readonly port: number;
  readonly connection: SocketConnectionSettings;
}

export interface ListenerDeps {
  readonly accept: (connection: Connection) => void;
}

export class Listener {
  readonly #deps: ListenerDeps;
  readonly #settings: ListenerSettings;
  readonly #server: Server;

  constructor(deps: ListenerDeps, settings: ListenerSettings) {
    this.#deps = deps;
    this.#settings = settings;
    // A client may end its direction and still read its answers, as Asterisk lets it.
    this.#server = createServer({ allowHalfOpen: true });
  }

  /** Opens the port; fails with a sentence that says what to do. */
  start(): Promise<Result<void>> {
    const { bindAddress, port } = this.#settings;
    return new Promise((resolve) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) =>
        resolve(fail(listenFailure(error, bindAddress, port))),
      );
      this.#server.listen({ host: bindAddress, port, backlog: 1024 }, () => {
        this.#server.removeAllListeners('error');
        this.#server.on('error', () => undefined);
        this.#server.on('connection', (socket) => this.#accept(socket));
        resolve(succeed(undefined));
      });
    });
  }

  /** The port in use, once started. */
  get port(): number {
    const address = this.#server.address();
    return address !== null && typeof address === 'object' ? address.port : this.#settings.port;
  }

  /** Stops accepting; connections that exist live on. */
  stop(): void {
    this.#server.close();
  }

  #accept(socket: Socket): void {
    const peer = peerOf(socket);
    if (peer === null) {
      socket.destroy();
      return;
    }
    this.#deps.accept(new SocketConnection(socket, peer, this.#settings.connection));
  }
}

/** `null` when the client is gone already: the kernel then knows no address. */
function peerOf(socket: Socket): Peer | null {
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  if (remoteAddress === undefined || remotePort === undefined) return null;
  if (localAddress === undefined || localPort === undefined) return null;
  return {
    transport: 'tcp',
    remote: { address: unmapped(remoteAddress), port: remotePort },
    local: { address: unmapped(localAddress), port: localPort },
  };
}

/** An IPv4 client of a dual-stack listener is an IPv4 client, for ACLs, logs and events alike. */
function unmapped(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice('::ffff:'.length) : address;
}

function listenFailure(error: NodeJS.ErrnoException, bindAddress: string, port: number): string {
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
