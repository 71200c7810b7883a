/**
 * A Connection over a TCP or TLS socket: part of the hot path.
 *
 *     socket 'data' ──► ActionDecoder ──► receiver.receive      (one message per `ready`)
 *     send ──► queue of this tick ──► one corked write ──► socket
 *
 * Writing never blocks and never reorders. Two bounds end a client that does not read: bytes that wait for it, and
 * the time for which none of them leaves (Asterisk's writetimeout).
 */
import type { Socket } from 'node:net';
import { ActionDecoder } from '../ami/action-decoder.js';
import type { CloseReason, Connection, Peer, Receiver } from './connection.js';

export interface SocketConnectionSettings {
  /** Bytes that may wait for one client. More than a slow moment needs, little enough for thousands of clients. */
  readonly maxQueueBytes: number;
  /** Queued bytes from which an answer is held back at Asterisk, in place of filling our memory. */
  readonly congestedBytes: number;
  /** Undecoded bytes after which reading stops until the session caught up; TCP then holds the client back. */
  readonly maxPendingBytes: number;
  /** How long the last bytes of a closed connection may take before the socket is destroyed, in milliseconds. */
  readonly lingerMs: number;
}

type Ending = { readonly reason: CloseReason; readonly linger: NodeJS.Timeout | null };

export class SocketConnection implements Connection {
  readonly peer: Peer;
  readonly #socket: Socket;
  readonly #settings: SocketConnectionSettings;
  readonly #decoder = new ActionDecoder();
  #receiver: Receiver | null = null;
  #wanted = false;
  #pumping = false;
  #halfClosed = false;
  #ending: Ending | null = null;
  #ended = false;
  #queue: Buffer[] = [];
  #queuedBytes = 0;
  #stallMs: number | null = null;
  #stall: NodeJS.Timeout | null = null;

  constructor(socket: Socket, peer: Peer, settings: SocketConnectionSettings) {
    this.#socket = socket;
    this.peer = peer;
    this.#settings = settings;
  }

  start(receiver: Receiver): void {
    this.#receiver = receiver;
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#socket.on('end', () => this.#halfClose());
    this.#socket.on('error', () => this.#finish('connection-error'));
    this.#socket.on('close', () => this.#finish('client-closed'));
    this.#socket.on('drain', () => this.#drain());
  }

  ready(): void {
    this.#wanted = true;
    if (!this.#pumping) this.#pump();
  }

  send(bytes: Buffer): void {
    if (this.#ending !== null || this.#ended) return;
    if (this.#queue.length === 0) process.nextTick(() => this.#flush());
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
    if (this.#queuedBytes + this.#socket.writableLength > this.#settings.maxQueueBytes) this.close('slow-consumer');
  }

  get isCongested(): boolean {
    return this.#queuedBytes + this.#socket.writableLength > this.#settings.congestedBytes;
  }

  limitStall(stallMs: number): void {
    this.#stallMs = stallMs;
  }

  close(reason: CloseReason): void {
    if (this.#ending !== null || this.#ended) return;
    if (reason === 'slow-consumer') {
      this.#ending = { reason, linger: null };
      this.#socket.destroy();
      return;
    }
    this.#flush();
    const linger = setTimeout(() => this.#socket.destroy(), this.#settings.lingerMs);
    this.#ending = { reason, linger };
    this.#socket.end();
    // What the client still sends is discarded; without reading it, its FIN would never be seen.
    this.#socket.resume();
  }

  #take(chunk: Buffer): void {
    if (this.#ending !== null) return;
    this.#decoder.push(chunk);
    if (!this.#wanted) this.#receiver?.waiting();
    if (this.#wanted && !this.#pumping) this.#pump();
    if (this.#decoder.pendingBytes > this.#settings.maxPendingBytes) this.#socket.pause();
  }

  /** Hands over messages as long as the session asks for them; a loop, so that a pipeline does not grow the stack. */
  #pump(): void {
    this.#pumping = true;
    while (this.#wanted && this.#ending === null && !this.#ended) {
      const input = this.#decoder.next();
      if (input === null) break;
      this.#wanted = false;
      this.#receiver?.receive(input);
    }
    this.#pumping = false;
    if (this.#ending !== null || this.#ended) return;
    if (this.#decoder.pendingBytes <= this.#settings.maxPendingBytes) this.#socket.resume();
    if (this.#halfClosed && this.#wanted) this.close('client-closed');
  }

  /** The client will send no more; what it has sent is still answered, as Asterisk does, then the connection ends. */
  #halfClose(): void {
    this.#halfClosed = true;
    if (this.#wanted && !this.#pumping) this.#pump();
  }

  #flush(): void {
    const queue = this.#queue;
    if (queue.length === 0 || this.#socket.destroyed) return;
    this.#queue = [];
    this.#queuedBytes = 0;
    const last = queue.pop();
    if (last === undefined) return;
    if (queue.length === 0) return this.#watch(this.#socket.write(last));
    this.#socket.cork();
    for (const bytes of queue) this.#socket.write(bytes);
    const flushed = this.#socket.write(last);
    this.#socket.uncork();
    this.#watch(flushed);
  }

  #watch(flushed: boolean): void {
    if (flushed || this.#stallMs === null || this.#stall !== null) return;
    this.#stall = setTimeout(() => this.close('slow-consumer'), this.#stallMs);
  }

  #drain(): void {
    this.#clearStall();
    if (this.#ending === null && !this.#ended) this.#receiver?.drained();
  }

  #clearStall(): void {
    if (this.#stall !== null) clearTimeout(this.#stall);
    this.#stall = null;
  }

  #finish(reason: CloseReason): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#clearStall();
    if (this.#ending?.linger) clearTimeout(this.#ending.linger);
    this.#queue = [];
    this.#socket.destroy();
    this.#receiver?.ended(this.#ending?.reason ?? reason);
  }
}
