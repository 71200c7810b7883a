/**
 * Opens one connection to Asterisk and logs the gateway's own account in.
 *
 *     dial ──► banner ──► [Challenge] ──► Login ──► OpenedUpstream, or the reason in words
 */
import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { encodeAction } from '../ami/encoder.js';
import { fail, type Result, succeed } from '../lib/result.js';
import { type DialSettings, dial } from '../net/dial.js';

export interface UpstreamSettings extends DialSettings {
  readonly username: string;
  readonly secret: string;
  readonly auth: 'md5' | 'plain';
  /** How long banner and login may take together, in milliseconds; Asterisk itself delays a refusal by one second. */
  readonly loginTimeoutMs: number;
}

/** Which events Asterisk shall send on the connection: all on the event stream, none on action connections. */
export type UpstreamEvents = 'on' | 'off';

export interface OpenedUpstream {
  readonly socket: Socket;
  /** Asterisk's first line with its CR LF, to be shown to clients as it is. */
  readonly banner: Buffer;
  /** What came behind the answer to Login: on the event stream, FullyBooted. */
  readonly rest: Buffer;
}

export interface UpstreamFailure {
  readonly kind: 'unreachable' | 'not-asterisk' | 'login-refused' | 'timeout';
  /** One sentence for the operator, with what to do; holds no secret. */
  readonly message: string;
}

const LF = Buffer.from('\n', 'latin1');
const BLOCK_END = Buffer.from('\r\n\r\n', 'latin1');
const MAX_LOGIN_BYTES = 65_536;

export interface OpenWatch {
  /** Gives up at once. */
  readonly signal: AbortSignal;
  /** The connection stands, and the login is about to begin. */
  readonly dialled: (socket: Socket) => void;
}

const UNWATCHED: OpenWatch = { signal: new AbortController().signal, dialled: () => undefined };

/** Resolves with the logged-in connection or the reason why there is none. */
export async function openUpstream(
  settings: UpstreamSettings,
  events: UpstreamEvents,
  { signal, dialled: connected }: OpenWatch = UNWATCHED,
): Promise<Result<OpenedUpstream, UpstreamFailure>> {
  const dialled = await dial(settings, signal);
  if (!dialled.ok) return fail({ kind: 'unreachable', message: dialled.failure });
  connected(dialled.value);
  const conversation = new Conversation(dialled.value, settings.loginTimeoutMs);
  const abandon = () => dialled.value.destroy();
  signal.addEventListener('abort', abandon);
  const outcome = await logIn(conversation, settings, events);
  signal.removeEventListener('abort', abandon);
  const rest = conversation.release();
  if (outcome.ok) return succeed({ socket: dialled.value, banner: outcome.value, rest });
  dialled.value.destroy();
  return outcome;
}

async function logIn(
  conversation: Conversation,
  settings: UpstreamSettings,
  events: UpstreamEvents,
): Promise<Result<Buffer, UpstreamFailure>> {
  const place = `${settings.host} port ${settings.port}`;
  const banner = await conversation.read(LF);
  if (banner === null) return fail(noAnswer(place, conversation));
  if (!banner.toString('latin1').startsWith('Asterisk Call Manager/')) return fail(foreign(place));
  const proof = await proofOf(conversation, settings);
  if (proof === null) return fail(noAnswer(place, conversation));
  conversation.write(['Action: Login', `Username: ${settings.username}`, ...proof, `Events: ${events}`]);
  const answer = await conversation.read(BLOCK_END);
  if (answer === null) return fail(noAnswer(place, conversation));
  if (!answer.toString('latin1').startsWith('Response: Success\r\n')) return fail(refusal(place, settings.username));
  return succeed(banner);
}

/** The headers that prove the account: the secret itself, or an MD5 key over Asterisk's challenge. */
async function proofOf(conversation: Conversation, settings: UpstreamSettings): Promise<readonly string[] | null> {
  if (settings.auth === 'plain') return [`Secret: ${settings.secret}`];
  conversation.write(['Action: Challenge', 'AuthType: MD5']);
  const answer = await conversation.read(BLOCK_END);
  const challenge = /^Challenge: ([^\r\n]*)\r$/m.exec(answer?.toString('latin1') ?? '')?.[1];
  if (challenge === undefined) return null;
  const key = createHash('md5')
    .update(challenge + settings.secret, 'latin1')
    .digest('hex');
  return ['AuthType: MD5', `Key: ${key}`];
}

function foreign(place: string): UpstreamFailure {
  return { kind: 'not-asterisk', message: `what answers at ${place} is no Asterisk manager interface` };
}

function noAnswer(place: string, { isFlooded, isClosed }: Conversation): UpstreamFailure {
  if (isFlooded) return foreign(place);
  const what = isClosed ? 'closed the connection during the login' : 'did not answer the login in time';
  const hint = isClosed ? '; its authlimit may be reached by unauthenticated connections' : '';
  return { kind: 'timeout', message: `Asterisk at ${place} ${what}${hint}` };
}

function refusal(place: string, username: string): UpstreamFailure {
  const hint = "check username and secret in [upstream] against the section of that name in Asterisk's manager.conf";
  const message = `Asterisk at ${place} refused the login of '${username}': ${hint}, and its permit and deny lines`;
  return { kind: 'login-refused', message };
}

/** A socket read in turns, under one deadline for all of them. */
class Conversation {
  readonly #socket: Socket;
  readonly #deadline: NodeJS.Timeout;
  readonly #onData = (chunk: Buffer) => this.#take(chunk);
  readonly #onClose = () => this.#expire();
  #received = Buffer.alloc(0);
  #closed = false;
  #expired = false;
  #wake: () => void = () => undefined;

  constructor(socket: Socket, timeoutMs: number) {
    this.#socket = socket;
    this.#deadline = setTimeout(() => {
      this.#expired = true;
      this.#wake();
    }, timeoutMs);
    socket.on('data', this.#onData);
    socket.on('close', this.#onClose);
    socket.on('end', this.#onClose);
  }

  /** More came than any banner or answer has bytes. */
  get isFlooded(): boolean {
    return this.#received.length > MAX_LOGIN_BYTES;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  write(lines: readonly string[]): void {
    if (!this.#closed) this.#socket.write(encodeAction(lines));
  }

  /** The bytes up to and including `end`, or `null` when the deadline, a limit or the end of the connection came first. */
  async read(end: Buffer): Promise<Buffer | null> {
    for (;;) {
      const found = this.#received.indexOf(end);
      if (found >= 0) {
        const taken = this.#received.subarray(0, found + end.length);
        this.#received = this.#received.subarray(found + end.length);
        return taken;
      }
      if (this.#closed || this.#expired || this.isFlooded) return null;
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
  }

  /** Leaves the socket to the next owner, paused, and returns what was received beyond the last read. */
  release(): Buffer {
    clearTimeout(this.#deadline);
    this.#socket.pause();
    this.#socket.off('data', this.#onData);
    this.#socket.off('close', this.#onClose);
    this.#socket.off('end', this.#onClose);
    return this.#received;
  }

  #take(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    this.#wake();
  }

  #expire(): void {
    this.#closed = true;
    this.#wake();
  }
}
