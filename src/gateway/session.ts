/**
 * One conversation with one client: its life, its order, and what is its turn.
 *
 *     receive ──► refuse │ answer here (local-actions) │ forward with a Permit
 *                                   │
 *     deliver ──► while an action is in work: held (bounded) ──► behind its answer, as in Asterisk
 *
 * A session has one action in work, as in Asterisk; the next message is asked for when it is settled. Behind a
 * forwarded action the session settles by a barrier, so that the events it caused precede the next answer.
 */
import type { DecodedInput } from '../ami/action-decoder.js';
import { encodeError } from '../ami/encoder.js';
import type { AmiAction } from '../ami/message.js';
import { type ClassSet, NO_CLASSES } from '../ami/privilege.js';
import type { SecurityFact } from '../ami/security-event.js';
import { unreachable } from '../lib/unreachable.js';
import type { CloseReason, Receiver } from '../net/connection.js';
import { lookupAction } from '../policy/action-classes.js';
import { describeFilterDenial } from '../policy/action-filter.js';
import {
  authorizeAction,
  authorizeBeforeLogin,
  type Denial,
  denialMessage,
  type Permit,
} from '../policy/authorize-action.js';
import type { Policy } from '../policy/policy.js';
import type { ForwardEnd, ForwardSink, Lease } from './action-pool.js';
import type { EventSubscriber } from './fan-out.js';
import { answerLocally } from './local-actions.js';
import { refusesSecondLogin } from './login.js';
import type { LoggedIn, SessionDeps, SessionPort, SessionSettings, SessionState } from './session-port.js';

export class Session implements SessionPort, EventSubscriber, Receiver {
  readonly deps: SessionDeps;
  readonly settings: SessionSettings;
  #state: SessionState = { phase: 'unauthenticated', challenge: null };
  #user: string | null = null;
  /** The user as typed: Asterisk's session keeps this spelling. */
  #username = '';
  #isBusy = false;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #hasFetched = false;
  #stir: (() => void) | null = null;
  #lease: Lease | null = null;
  #timer: NodeJS.Timeout | null = null;
  #heardAt = 0;
  #idleTimer: NodeJS.Timeout | null = null;

  constructor(deps: SessionDeps, settings: SessionSettings) {
    this.deps = deps;
    this.settings = settings;
  }

  /** Greets with Asterisk's own banner and begins to listen. */
  start(): void {
    const { connection, registry, relay } = this.deps;
    // What comes over HTTP holds no connection between its requests.
    registry.add(this, this.settings.events === 'pushed' ? connection.peer.remote.address : null);
    connection.start(this);
    if (this.settings.events === 'pushed') connection.send(relay.banner);
    this.#timer = setTimeout(() => this.close('auth-timeout'), this.settings.authTimeoutMs);
    connection.ready();
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Door: in from a client. */
  receive(input: DecodedInput): void {
    this.#isBusy = true;
    this.#heardAt = performance.now();
    switch (input.kind) {
      case 'line-too-long':
        return this.#refuseForm(input.kind, input.actionId, 'Failed to parse message: line too long');
      case 'too-many-lines':
        return this.#refuseForm(input.kind, input.actionId, 'Too many lines in message or allocation failure');
      case 'action':
        return this.#receiveAction(input.action);
      default:
        return unreachable(input);
    }
  }

  /** Events for this session, in order; they wait while an action is in work. */
  deliver(bytes: Buffer): void {
    if (!this.#isBusy && this.settings.events === 'pushed') return this.deps.connection.send(bytes);
    // What may wait for long must not keep alive the chunk that it came in.
    const isSmallPart = this.settings.events === 'fetched' && bytes.length * 2 < bytes.buffer.byteLength;
    this.#held.push(isSmallPart ? Buffer.from(bytes) : bytes);
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > this.settings.maxHeldBytes) return this.#overflow();
    this.#stir?.();
  }

  /** The client sent more while an action is in work. */
  waiting(): void {
    this.#stir?.();
  }

  drained(): void {
    this.#lease?.resume();
  }

  ended(reason: CloseReason): void {
    if (this.#state.phase === 'closed') return;
    const loggedIn = this.#state.phase === 'authenticated' ? this.#state : null;
    this.#state = { phase: 'closed', reason };
    this.stopTimer();
    if (this.#idleTimer !== null) clearTimeout(this.#idleTimer);
    this.#lease?.abandon();
    this.#held = [];
    this.deps.fanOut.leave(this);
    this.deps.registry.remove(this, this.#user);
    this.deps.metrics.sessionsClosed.inc({ reason });
    const seconds = loggedIn === null ? null : Math.round((this.deps.nowMs() - loggedIn.sinceMs) / 1000);
    const level = loggedIn?.policy.displayConnects === false ? 'debug' : 'info';
    this.deps.log[level]({ user: this.#user, reason, seconds }, 'session closed');
  }

  close(reason: CloseReason): void {
    if (this.#state.phase !== 'closed') this.deps.connection.close(reason);
  }

  // ── for local-actions: the steps of an answer ──

  answer(bytes: Buffer): void {
    if (this.#state.phase === 'closed') return;
    this.deps.connection.send(bytes);
    this.#release();
    this.deps.connection.ready();
  }

  answerBehindEvents(makeAnswer: () => Buffer, ended: () => void = () => undefined): void {
    this.#isBusy = false;
    this.deps.relay.barrier(() => {
      if (this.#state.phase === 'closed') return ended();
      // What the answer itself brings about, such as an event of this login, comes behind it.
      this.#isBusy = true;
      this.answer(makeAnswer());
    });
  }

  answerAround(head: Buffer, tail: Buffer): void {
    if (this.#state.phase === 'closed') return;
    this.deps.connection.send(head);
    this.#sendHeld();
    this.answer(tail);
  }

  answerAndClose(bytes: Buffer, reason: CloseReason): void {
    this.deps.connection.send(bytes);
    this.close(reason);
  }

  later(delayMs: number, act: () => void): void {
    this.stopTimer();
    if (this.#state.phase === 'closed') return;
    this.#timer = setTimeout(act, delayMs);
  }

  stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  setChallenge(challenge: string | null): void {
    if (this.#state.phase === 'unauthenticated') this.#state = { phase: 'unauthenticated', challenge };
  }

  logIn(policy: Policy, eventMask: ClassSet, username: string): void {
    if (this.#state.phase !== 'unauthenticated') return;
    this.stopTimer();
    this.#user = policy.user;
    this.#username = username;
    this.#state = { phase: 'authenticated', policy, eventMask, filters: policy.filters, sinceMs: this.deps.nowMs() };
    this.deps.connection.trust();
    this.deps.connection.limitStall(policy.writeTimeoutMs);
    if (this.settings.idleTimeoutMs > 0) this.#watchIdle(this.settings.idleTimeoutMs);
    this.deps.registry.logIn(this, policy.user);
  }

  view(change: Partial<Pick<LoggedIn, 'eventMask' | 'filters'>>): void {
    if (this.#state.phase !== 'authenticated') return;
    this.#state = { ...this.#state, ...change };
    this.deps.fanOut.join(this, { classes: this.viewedClasses, filters: this.#state.filters });
  }

  get viewedClasses(): ClassSet {
    if (this.#state.phase !== 'authenticated') return NO_CLASSES;
    const { policy, eventMask } = this.#state;
    // WaitEvent turns none into everything, and then fetches what came since the login.
    const asksForAll = this.settings.events === 'fetched' && eventMask === NO_CLASSES;
    return asksForAll ? policy.read : policy.read & eventMask;
  }

  whenStirred(act: () => void): void {
    this.#stir = act;
    if (!this.#hasFetched) this.view({});
    this.#hasFetched = true;
    if (this.#held.length > 0) act();
  }

  raise(fact: SecurityFact): void {
    this.record(fact)();
  }

  record(fact: SecurityFact): () => void {
    const { security, connection } = this.deps;
    const sessionAtMs = this.#state.phase === 'authenticated' ? this.#state.sinceMs : 0;
    const account = { sessionId: this.settings.id, sessionUser: this.#username, sessionAtMs };
    return security.record(fact, { ...account, peer: connection.peer });
  }

  /** Looks again when it might be over, so that a message costs no timer. An action in work is not idle. */
  #watchIdle(waitMs: number): void {
    this.#idleTimer = setTimeout(() => {
      const silentMs = this.#isBusy ? 0 : performance.now() - this.#heardAt;
      const leftMs = this.settings.idleTimeoutMs - silentMs;
      if (leftMs > 0) this.#watchIdle(leftMs);
      else this.close('idle-timeout');
    }, waitMs);
  }

  // ── the way of one action ──

  #refuseForm(kind: 'line-too-long' | 'too-many-lines', actionId: string, message: string): void {
    this.deps.metrics.protocolErrors.inc({ kind });
    this.answer(encodeError(actionId, message));
  }

  #receiveAction(action: AmiAction): void {
    if (this.#state.phase !== 'authenticated') return this.#receiveBeforeLogin(action);
    const verdict = authorizeAction(this.#state.policy, action, this.deps.relay.actions);
    switch (verdict.kind) {
      case 'denied':
        return this.#refuse(action, verdict.denial);
      case 'local':
        this.deps.metrics.actions.inc({ action: verdict.action, decision: 'answered' });
        return answerLocally(this, verdict.action, action);
      case 'permitted':
        if (!this.deps.actionRates.admits(this.#state.policy, verdict.permit.action)) {
          return this.#refuse(action, { reason: 'action-rate' });
        }
        this.deps.metrics.actions.inc({ action: verdict.permit.action, decision: 'forwarded' });
        return this.#forward(action, verdict.permit);
      default:
        return unreachable(verdict);
    }
  }

  #receiveBeforeLogin(action: AmiAction): void {
    const verdict = authorizeBeforeLogin(action);
    if (verdict.kind === 'denied') return this.#refuse(action, verdict.denial);
    if (verdict.action !== 'Logoff' && refusesSecondLogin(this, action)) return;
    answerLocally(this, verdict.action, action);
  }

  /** A refusal in its one place: the security event, the count, the log line, the answer. */
  #refuse(action: AmiAction, denial: Denial): void {
    const fact = securityFactOf(action, denial);
    if (fact !== null) this.raise(fact);
    const { metrics, log } = this.deps;
    const known = lookupAction(this.deps.relay.actions, action.name);
    // The metric's label never comes from the wire: a name that Asterisk does not know is `unknown`.
    const name = known.kind === 'known' ? known.name : 'unknown';
    metrics.actions.inc({ action: name, decision: denial.reason });
    if (this.#user !== null) metrics.userDenials.inc({ user: this.#user, reason: denial.reason });
    log.warn({ user: this.#user, action: name, ...refusalDetail(denial) }, 'action refused');
    this.answer(encodeError(action.actionId, denialMessage(denial, action)));
  }

  #forward(action: AmiAction, permit: Permit): void {
    const { connection } = this.deps;
    const sink: ForwardSink = {
      answer: (bytes) => {
        connection.send(bytes);
        if (connection.isCongested) this.#lease?.pause();
      },
      ended: (end) => this.#forwarded(action, end),
    };
    this.#lease = this.deps.relay.forward(permit, sink);
  }

  #forwarded(action: AmiAction, end: ForwardEnd): void {
    this.#lease = null;
    this.deps.metrics.forwardEnds.inc({ end });
    if (end !== 'complete') {
      this.deps.log.warn({ user: this.#user, end }, 'action was not answered by Asterisk');
      return this.answer(encodeError(action.actionId, FORWARD_ERRORS[end]));
    }
    this.#release();
    if (this.viewedClasses === NO_CLASSES) return this.deps.connection.ready();
    this.deps.relay.barrier(() => this.deps.connection.ready());
  }

  #release(): void {
    this.#isBusy = false;
    this.#heardAt = performance.now();
    this.#stir = null;
    if (this.settings.events === 'pushed') this.#sendHeld();
  }

  /** Who has never fetched an event loses nothing with them: so they are recorded again from the first WaitEvent on. */
  #overflow(): void {
    if (this.settings.events === 'pushed' || this.#hasFetched) return this.close('event-backlog');
    this.deps.fanOut.leave(this);
    this.#held = [];
    this.#heldBytes = 0;
  }

  #sendHeld(): void {
    const held = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    for (const bytes of held) this.deps.connection.send(bytes);
  }
}

/** What a client is told when Asterisk did not answer; each says whether the action may have happened. */
const FORWARD_ERRORS = {
  unavailable: 'Asterisk is not connected; the action was not sent',
  'no-lease': 'No upstream connection became free in time; the action was not sent',
  lost: 'The connection to Asterisk broke; the outcome of the action is unknown',
  late: 'Asterisk did not answer in time; the outcome of the action is unknown',
} as const satisfies Record<Exclude<ForwardEnd, 'complete'>, string>;

/** Asterisk reports refused and malformed requests, but not refused arguments. */
function securityFactOf(action: AmiAction, denial: Denial): SecurityFact | null {
  switch (denial.reason) {
    case 'missing-action':
      return { event: 'RequestBadFormat', action: 'NONE' };
    case 'unknown-action':
      return { event: 'RequestBadFormat', action: action.name };
    case 'not-logged-in':
    case 'missing-class':
    case 'action-filter':
      return { event: 'RequestNotAllowed', action: action.name };
    case 'action-rate':
    case 'argument':
    case 'unforwardable':
      return null;
    default:
      return unreachable(denial);
  }
}

function refusalDetail(denial: Denial): { readonly reason: string; readonly rule?: string } {
  const { reason } = denial;
  if (reason === 'action-filter') return { reason, rule: describeFilterDenial(denial.filter) };
  return reason === 'argument' ? { reason, rule: denial.rule } : { reason };
}
