/** The port between a transport and a session: messages come in by `receive`, bytes go out by `send`, and every end has a reason. */
import type { DecodedInput } from '../ami/action-decoder.js';

/** Why a connection ended; the closed list that logs and metrics use. */
export type CloseReason =
  | 'client-closed'
  | 'connection-error'
  | 'logoff'
  | 'login-failed'
  | 'login-in-use'
  | 'auth-timeout'
  | 'auth-limit'
  | 'address-auth-limit'
  | 'session-limit'
  | 'address-limit'
  | 'login-bytes'
  | 'banned'
  | 'proxy-error'
  | 'idle-timeout'
  | 'slow-consumer'
  | 'event-backlog'
  | 'answer-too-large'
  | 'expired'
  | 'kicked'
  | 'user-removed'
  | 'secret-changed'
  | 'address-refused'
  | 'drained'
  | 'drain-timeout'
  | 'shutdown';

export const CLOSE_REASONS = [
  'client-closed',
  'connection-error',
  'logoff',
  'login-failed',
  'login-in-use',
  'auth-timeout',
  'auth-limit',
  'address-auth-limit',
  'session-limit',
  'address-limit',
  'login-bytes',
  'banned',
  'proxy-error',
  'idle-timeout',
  'slow-consumer',
  'event-backlog',
  'answer-too-large',
  'expired',
  'kicked',
  'user-removed',
  'secret-changed',
  'address-refused',
  'drained',
  'drain-timeout',
  'shutdown',
] as const satisfies readonly CloseReason[];

export type Transport = 'tcp' | 'tls' | 'http' | 'https';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** The other end of a connection, and our end of it: the address that is listened on. */
export interface Peer {
  readonly transport: Transport;
  readonly remote: Endpoint;
  readonly local: Endpoint;
  /** The names in its certificate; none over plain TCP, nor when the certificate was not verified. */
  readonly certificateNames: readonly string[];
}

/** What a connection calls: a session. */
export interface Receiver {
  /** One message, only after the receiver asked for it with `ready`. */
  receive(input: DecodedInput): void;
  /** The client sent more, or its end, before it was asked for: what only waits may stop waiting. */
  waiting(): void;
  /** What was queued has left: an answer that was held back may go on. */
  drained(): void;
  /** The connection is over; nothing is called afterwards. Called exactly once, within `close` when that ended it. */
  ended(reason: CloseReason): void;
}

export interface Connection {
  readonly peer: Peer;
  /** Begins to read. The receiver gets nothing before its first `ready`. */
  start(receiver: Receiver): void;
  /** The receiver can take one more message. */
  ready(): void;
  /** The next message if it is here already, for a receiver that works ahead without `ready`; else `null`. */
  take(): DecodedInput | null;
  /** Queues bytes; they leave within this tick, in order. A queue over its bound ends the connection as a slow consumer. */
  send(bytes: Buffer): void;
  /** As `send`, but at once: for what was gathered already. */
  sendNow(bytes: Buffer): void;
  /** True while so much waits for the client that a producer which can wait should. */
  readonly isCongested: boolean;
  /** Bytes that wait for the client. */
  readonly queuedBytes: number;
  /** How long one write may stall before the client counts as a slow consumer, in milliseconds. */
  limitStall(stallMs: number): void;
  /** The client has logged in: the bounds for strangers are lifted. */
  trust(): void;
  /** Ends the session now with this reason; what is queued still leaves. Idempotent: the first reason stays. */
  close(reason: CloseReason): void;
}
