/**
 * The connections of a listener that are on their way in: each under one deadline until it is a session, refused, or
 * gone.
 */
import type { Socket } from 'node:net';
import { containsAddress, type Networks } from '../policy/networks.js';
import type { CloseReason, Endpoint, Peer, Transport } from './connection.js';
import { peerOf } from './peer-of.js';
import { readProxyHeader } from './proxied-socket.js';

/** A connection that is not yet a session: counted from its first packet on. */
export interface Arrival {
  /** The client's address is known, and nothing was read of it: `null` lets it in. */
  identify(remote: Endpoint): Promise<CloseReason | null>;
  /** It is a session now, or over. Idempotent. */
  end(): void;
}

export interface EntriesDeps {
  readonly arrive: () => Arrival;
  /** It ended before it was a session. `code` is that of a TLS handshake. */
  readonly refused: (remote: Endpoint, reason: CloseReason | 'tls-error', code?: string) => void;
}

export interface Entry {
  readonly socket: Socket;
  readonly arrival: Arrival;
  readonly sinceMs: number;
  readonly deadline: NodeJS.Timeout;
  peer: Peer;
  isOver: boolean;
}

export class Entries {
  readonly #deps: EntriesDeps;
  readonly #entries = new Map<string, Entry>();

  constructor(deps: EntriesDeps) {
    this.#deps = deps;
  }

  /** A connection came; `null` when it is gone already. */
  begin(socket: Socket, transport: Transport, timeoutMs: number): Entry | null {
    const peer = peerOf(socket, transport);
    if (peer === null) {
      socket.destroy();
      return null;
    }
    const arrival = this.#deps.arrive();
    const deadline = setTimeout(() => this.refuse(entry, 'auth-timeout'), timeoutMs);
    const entry: Entry = { socket, peer, arrival, deadline, sinceMs: performance.now(), isOver: false };
    this.#entries.set(keyOf(socket), entry);
    socket.once('close', () => this.end(entry));
    return entry;
  }

  /** True when it may come in, with the client's own address known; its next byte is the client's. Else it is over. */
  async admit(entry: Entry, proxies: Networks): Promise<boolean> {
    const remote = await this.#readRemote(entry, proxies);
    if (remote === null || entry.isOver) return false;
    entry.peer = { ...entry.peer, remote };
    const refusal = await entry.arrival.identify(remote);
    if (entry.isOver) return false;
    if (refusal !== null) this.refuse(entry, refusal);
    return refusal === null;
  }

  /** The entry of a socket, or of the socket below a TLS socket. */
  find(socket: Socket): Entry | undefined {
    return this.#entries.get(keyOf(socket));
  }

  refuse(entry: Entry, reason: CloseReason | 'tls-error', code?: string): void {
    if (entry.isOver) return;
    this.end(entry);
    entry.socket.destroy();
    this.#deps.refused(entry.peer.remote, reason, code);
  }

  /** It is a session now, or over. */
  end(entry: Entry): void {
    if (entry.isOver) return;
    entry.isOver = true;
    clearTimeout(entry.deadline);
    this.#entries.delete(keyOf(entry.socket));
    entry.arrival.end();
  }

  destroyAll(): void {
    for (const { socket } of this.#entries.values()) socket.destroy();
  }

  /** The client's own address; `null` when the connection is over for want of one. */
  async #readRemote(entry: Entry, proxies: Networks): Promise<Endpoint | null> {
    const { remote } = entry.peer;
    if (!containsAddress(proxies, remote.address)) return remote;
    const client = await readProxyHeader(entry.socket);
    if (client.kind === 'proxied') return client.remote;
    if (client.kind === 'local') return remote;
    if (client.kind === 'invalid') this.refuse(entry, 'proxy-error');
    else entry.socket.destroy();
    return null;
  }
}

/** The same for a socket and for the TLS socket over it. */
function keyOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`;
}
