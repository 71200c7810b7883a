/**
 * A Connection over a TCP or TLS socket: part of the hot path.
 *
 *     socket 'data' ──► ActionDecoder ──► receiver.receive      (one message per `ready`)
 *     send ──► queue of this tick ──► one corked write ──► socket
 *
 * Writing never blocks and never reorders. Two bounds end a client that does not read: bytes that wait for it, and
 * the time for which none of them leaves (Asterisk's writetimeout). A client that reads too slowly for its own
 * questions is not asked for more of them, and one that sends a flood takes turns with the others.
 */
import type { Socket } from 'node:net';
import { ActionDecoder, type DecodedInput } from '../ami/action-decoder.js';
import type { CloseReason, Connection, Peer, Receiver } from './connection.js';
import { decodeProxyHeader } from './proxy-header.js';
import { WriteProgress } from './write-progress.js';

export interface SocketConnectionSettings {
  /** Bytes that may wait for one client. More than a slow moment needs, little enough for thousands of clients. */
  readonly maxQueueBytes: number;
  /** Queued bytes from which an answer is held back at Asterisk, in place of filling our memory. */
  readonly congestedBytes: number;
  /** Undecoded bytes after which reading stops until the session caught up; TCP then holds the client back. */
  readonly maxPendingBytes: number;
  /** How long the last bytes of a closed connection may take before the socket is destroyed, in milliseconds. */
  readonly lingerMs: number;
  /** Bytes that may be read of a client before it has logged in. */
  readonly maxLoginBytes: number;
}

/** Messages of one client in a row before everybody else has a turn. */
const MESSAGES_A_TURN = 64;
/** Up to here, copying several parts into one costs less than handing each to the kernel. */
const MOST_JOINED_BYTES = 16 * 1024;
/** Where nothing is owed to the client, the connection does not linger: neither its memory nor its descriptor is worth it. */
const CUT_OFF: ReadonlySet<CloseReason> = new Set([
  'slow-consumer',
  'auth-limit',
  'session-limit',
  'login-bytes',
  'proxy-error',
]);

export class SocketConnection implements Connection {
  readonly peer: Peer;
  readonly #socket: Socket;
  readonly #settings: SocketConnectionSettings;
  readonly #decoder = new ActionDecoder();
  readonly #progress: WriteProgress;
  #receiver: Receiver | null = null;
  #wanted = false;
  #pumping = false;
  #turnsLeft = MESSAGES_A_TURN;
  #halfClosed = false;
  #isOver = false;
  #linger: NodeJS.Timeout | null = null;
  #queue: Buffer[] = [];
  #queuedBytes = 0;
  /** Bytes that came and were not decoded do not count: a client may pipeline behind its login. */
  #loginBytes = 0;
  #isTrusted = false;
  /** The first bytes, as long as they may be a PROXY header: who is to be believed was asked for it before. */
  #head: Buffer | null = Buffer.alloc(0);

  constructor(socket: Socket, peer: Peer, settings: SocketConnectionSettings) {
    this.#socket = socket;
    this.peer = peer;
    this.#settings = settings;
    this.#progress = new WriteProgress(socket, () => this.close('slow-consumer'));
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

  take(): DecodedInput | null {
    if (this.#wanted || this.#isOver || this.#turnsLeft === 0) return null;
    const input = this.#decoder.next();
    if (input === null) return null;
    this.#turnsLeft -= 1;
    if (this.#decoder.pendingBytes <= this.#settings.maxPendingBytes) this.#socket.resume();
    return input;
  }

  send(bytes: Buffer): void {
    if (this.#isOver || bytes.length === 0) return;
    if (this.#queue.length === 0) process.nextTick(() => this.#flush());
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
    // Bytes of this tick have not had their chance yet; what the kernel takes now does not wait for the client.
    if (this.#waitingBytes > this.#settings.maxQueueBytes) this.#flushWithinBound();
  }

  sendNow(bytes: Buffer): void {
    if (this.#isOver || bytes.length === 0) return;
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
    this.#flushWithinBound();
  }

  get isCongested(): boolean {
    return this.#waitingBytes > this.#settings.congestedBytes;
  }

  get queuedBytes(): number {
    return this.#waitingBytes;
  }

  limitStall(stallMs: number): void {
    this.#progress.limit(stallMs);
  }

  trust(): void {
    this.#isTrusted = true;
  }

  close(reason: CloseReason): void {
    if (this.#isOver) return;
    if (CUT_OFF.has(reason)) this.#socket.destroy();
    else this.#sendTheRest();
    this.#end(reason);
  }

  get #waitingBytes(): number {
    return this.#queuedBytes + this.#socket.writableLength;
  }

  #take(chunk: Buffer): void {
    if (this.#isOver) return;
    if (this.#head !== null && this.#isProxyHeader(this.#head, chunk)) return this.close('proxy-error');
    this.#decoder.push(chunk);
    this.#loginBytes += chunk.length;
    if (!this.#wanted) this.#receiver?.waiting();
    if (this.#wanted && !this.#pumping) this.#pump();
    if (this.#decoder.pendingBytes > this.#settings.maxPendingBytes) this.#socket.pause();
  }

  /** Hands over messages as long as the session asks for them; a loop, so that a pipeline does not grow the stack. */
  #pump(): void {
    this.#pumping = true;
    let isDry = false;
    while (this.#wanted && !this.#isOver && !this.isCongested) {
      if (this.#turnsLeft === 0) return this.#pumpNextTurn();
      const input = this.#decoder.next();
      isDry = input === null;
      if (this.#isFlooding) return this.close('login-bytes');
      if (input === null) break;
      this.#turnsLeft -= 1;
      this.#wanted = false;
      this.#receiver?.receive(input);
    }
    this.#pumping = false;
    if (this.#isOver) return;
    if (this.#decoder.pendingBytes <= this.#settings.maxPendingBytes) this.#socket.resume();
    if (this.#halfClosed && isDry) this.close('client-closed');
  }

  get #isFlooding(): boolean {
    return !this.#isTrusted && this.#loginBytes - this.#decoder.pendingBytes > this.#settings.maxLoginBytes;
  }

  /** Nothing that a client says of its address is believed; that it says so at all ends it. */
  #isProxyHeader(head: Buffer, chunk: Buffer): boolean {
    const bytes = Buffer.concat([head, chunk]);
    const { kind } = decodeProxyHeader(bytes);
    this.#head = kind === 'incomplete' ? bytes : null;
    return kind !== 'incomplete' && kind !== 'absent';
  }

  #pumpNextTurn(): void {
    setImmediate(() => {
      this.#turnsLeft = MESSAGES_A_TURN;
      this.#pump();
    });
  }

  /** The client will send no more; what it has sent is still answered, as Asterisk does, then the connection ends. */
  #halfClose(): void {
    this.#halfClosed = true;
    if (!this.#wanted) this.#receiver?.waiting();
    if (this.#wanted && !this.#pumping) this.#pump();
  }

  #flushWithinBound(): void {
    this.#flush();
    if (this.#waitingBytes > this.#settings.maxQueueBytes) this.close('slow-consumer');
  }

  #flush(): void {
    const queue = this.#queue;
    const [first] = queue;
    if (first === undefined || this.#socket.destroyed) return;
    const size = this.#queuedBytes;
    this.#queue = [];
    this.#queuedBytes = 0;
    if (size <= MOST_JOINED_BYTES) this.#socket.write(queue.length === 1 ? first : Buffer.concat(queue, size));
    else this.#writeParts(queue);
    this.#progress.watch();
  }

  #writeParts(parts: readonly Buffer[]): void {
    this.#socket.cork();
    for (const bytes of parts) this.#socket.write(bytes);
    this.#socket.uncork();
  }

  #drain(): void {
    if (this.#isOver) return;
    this.#receiver?.drained();
    if (this.#wanted && !this.#pumping) this.#pump();
  }

  #sendTheRest(): void {
    this.#flush();
    this.#linger = setTimeout(() => this.#socket.destroy(), this.#settings.lingerMs);
    this.#socket.end();
    // What the client still sends is discarded; without reading it, its FIN would never be seen.
    this.#socket.resume();
  }

  /** The socket is gone. */
  #finish(reason: CloseReason): void {
    if (this.#linger !== null) clearTimeout(this.#linger);
    this.#socket.destroy();
    this.#end(reason);
  }

  #end(reason: CloseReason): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#progress.stop();
    this.#queue = [];
    this.#receiver?.ended(reason);
  }
}
