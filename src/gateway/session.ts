/**
 * One conversation with one client: its life, its order, and what is its turn.
 *
 *     receive ──► refuse │ answer here (local-actions) │ forward with a Permit (actions-under-way)
 *                                   │
 *     deliver ──► while an action is in work: held (bounded) ──► behind its answer, as in Asterisk
 *
 * Messages are answered in their order, as in Asterisk; the next one is asked for when the last is settled, or taken
 * ahead where it is to be forwarded like the one before. Behind a forwarded action the session settles by a barrier,
 * so that the events it caused precede the next answer.
 */
import type { DecodedInput } from '../ami/action-decoder.js';
import { encodeError } from '../ami/encoder.js';
import type { AmiAction } from '../ami/message.js';
import { type ClassSet, NO_CLASSES } from '../ami/privilege.js';
import type { SecurityFact } from '../ami/security-event.js';
import { unreachable } from '../lib/unreachable.js';
import type { CloseReason, Receiver } from '../net/connection.js';
import {
  authorizeAction,
  authorizeBeforeLogin,
  type Denial,
  denialMessage,
  type Permit,
  type PermittedVerdict,
} from '../policy/authorize-action.js';
import { type EventFilter, NO_FILTERS } from '../policy/event-filter.js';
import type { Policies, Policy } from '../policy/policy.js';
import { reauthorize, sessionFilters } from '../policy/reauthorize.js';
import { type EventView, isSameView } from '../policy/wants-event.js';
import { ActionsUnderWay } from './actions-under-way.js';
import type { EventTally } from './event-tally.js';
import type { EventSubscriber } from './fan-out.js';
import { HeldEvents } from './held-events.js';
import { IdleWatch } from './idle-watch.js';
import { answerLocally } from './local-actions.js';
import { refusesSecondLogin } from './login.js';
import { reportRefusal, reportShadow } from './refusal.js';
import type { LoggedIn, SessionDeps, SessionPort, SessionSettings, SessionState } from './session-port.js';
import type { SessionStatus } from './session-status.js';

export class Session implements SessionPort, EventSubscriber, Receiver {
  readonly deps: SessionDeps;
  readonly settings: SessionSettings;
  #state: SessionState = { phase: 'unauthenticated', challenge: null };
  #user: string | null = null;
  /** The user as typed: Asterisk's session keeps this spelling. */
  #username = '';
  #isBusy = false;
  /** From a message to the question for the next one. */
  #isInWork = false;
  #isDraining = false;
  /** It was told what to see, and was not taken out of the fan-out since. */
  #isViewing = false;
  /** The action in work, or the last one. Never as it came: that would keep alive the chunk that it came in. */
  #actionName: string | null = null;
  #connectedAtMs = 0;
  readonly #held: HeldEvents;
  #hasFetched = false;
  #stir: (() => void) | null = null;
  readonly #underWay: ActionsUnderWay;
  /** Taken ahead, and found to be in need of the answers before it. */
  #next: DecodedInput | null = null;
  #timer: NodeJS.Timeout | null = null;
  readonly #idle: IdleWatch;
  #tally: EventTally | null = null;

  constructor(deps: SessionDeps, settings: SessionSettings) {
    this.deps = deps;
    this.settings = settings;
    const wait = settings.events === 'pushed' ? 'short' : 'long';
    this.#held = new HeldEvents({ maxBytes: settings.maxHeldBytes, wait });
    this.#underWay = new ActionsUnderWay({ ...deps, settled: (volume) => this.#settle(volume) });
    this.#idle = new IdleWatch(
      settings.idleTimeoutMs,
      () => this.#isBusy,
      () => this.close('idle-timeout'),
    );
  }

  /** Greets with Asterisk's own banner and begins to listen. */
  start(): void {
    const { connection, registry, relay } = this.deps;
    this.#connectedAtMs = this.deps.nowMs();
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

  get status(): SessionStatus {
    const { connection, fanOut } = this.deps;
    return {
      id: this.settings.id,
      user: this.#user,
      peer: connection.peer,
      sinceMs: this.#state.phase === 'authenticated' ? this.#state.sinceMs : this.#connectedAtMs,
      events: fanOut.counts.of(this),
      queuedBytes: connection.queuedBytes + this.#held.bytes,
      action: this.#isBusy ? this.#actionName : null,
    };
  }

  /** Door: in from a client. */
  receive(input: DecodedInput): void {
    this.#isBusy = true;
    this.#isInWork = true;
    this.#idle.heard();
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
    if (!this.#isBusy && this.settings.events === 'pushed') return this.deps.connection.sendNow(bytes);
    this.#held.push(bytes);
    if (this.#held.isOverfull) return this.#overflow();
    this.#stir?.();
  }

  /** The client sent more while an action is in work. */
  waiting(): void {
    this.#stir?.();
    this.#workAhead();
  }

  drained(): void {
    this.#underWay.resume();
    this.#workAhead();
  }

  ended(reason: CloseReason): void {
    if (this.#state.phase === 'closed') return;
    const loggedIn = this.#state.phase === 'authenticated' ? this.#state : null;
    this.#state = { phase: 'closed', reason };
    this.stopTimer();
    this.#idle.stop();
    this.#underWay.abandon();
    this.#held.take();
    this.#next = null;
    this.deps.fanOut.leave(this);
    if (this.#tally !== null) this.deps.audit.forget(this.#tally);
    this.deps.registry.remove(this, this.#user);
    this.deps.metrics.sessionsClosed.inc({ reason });
    const seconds = loggedIn === null ? null : Math.round((this.deps.nowMs() - loggedIn.sinceMs) / 1000);
    const level = loggedIn?.policy.displayConnects === false ? 'debug' : 'info';
    this.deps.log[level]({ user: this.#user, reason, seconds }, 'session closed');
  }

  close(reason: CloseReason): void {
    if (this.#state.phase !== 'closed') this.deps.connection.close(reason);
  }

  /** The gateway is about to end: closes when what is under way was answered, at once where there is nothing. */
  drain(): void {
    if (this.#state.phase !== 'authenticated' || !this.#isInWork) return this.close('shutdown');
    this.#isDraining = true;
    // A WaitEvent ends, with what there is.
    this.#stir?.();
  }

  /** The users are others now: goes on as its user may, or ends. An action that was sent is still answered. */
  adopt(policies: Policies): void {
    if (this.#state.phase !== 'authenticated') return;
    const { connection, audit } = this.deps;
    const verdict = reauthorize(policies, this.#state.policy, connection.peer.remote.address);
    if (verdict.kind === 'expelled') return this.close(verdict.reason);
    const { policy } = verdict;
    const before = this.#ownView;
    this.#state = { ...this.#state, policy, filters: sessionFilters(policy, this.#state.added) };
    if (this.#tally !== null) audit.forget(this.#tally);
    this.#tally = audit.watch(policy);
    connection.limitStall(policy.writeTimeoutMs);
    if (this.#isViewing) this.view({});
    // What came before the reload, and waits still, is for who may see it now.
    if (!isSameView(before, this.#ownView)) this.#held.narrow(this.#ownView);
  }

  // ── for local-actions: the steps of an answer ──

  answer(bytes: Buffer): void {
    if (this.#state.phase === 'closed') return;
    this.deps.connection.send(bytes);
    this.#release();
    this.#askForMore();
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
    const filters = sessionFilters(policy, []);
    this.#state = { phase: 'authenticated', policy, eventMask, added: [], filters, sinceMs: this.deps.nowMs() };
    this.deps.audit.login(policy.user, this.deps.connection.peer.remote.address, this.deps.connection.peer.transport);
    this.#tally = this.deps.audit.watch(policy);
    this.deps.connection.trust();
    this.deps.connection.limitStall(policy.writeTimeoutMs);
    this.#idle.start();
    this.deps.registry.logIn(this, policy.user);
  }

  view(change: Partial<Pick<LoggedIn, 'eventMask' | 'added'>>): void {
    if (this.#state.phase !== 'authenticated') return;
    const changed = { ...this.#state, ...change };
    this.#state = { ...changed, filters: sessionFilters(changed.policy, changed.added) };
    this.#isViewing = true;
    this.deps.fanOut.join(this, this.#ownView, this.#tally);
  }

  addFilter(filter: EventFilter): void {
    if (this.#state.phase === 'authenticated') this.view({ added: [...this.#state.added, filter] });
  }

  get #ownView(): EventView {
    const filters = this.#state.phase === 'authenticated' ? this.#state.filters : NO_FILTERS;
    return { classes: this.viewedClasses, filters };
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
    if (!this.#held.isEmpty) act();
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
        this.#actionName = verdict.action;
        this.deps.metrics.actions.inc({ action: verdict.action, decision: 'answered' });
        this.deps.audit.action(this.#state.policy, verdict.action, action, 'answered');
        return answerLocally(this, verdict.action, action);
      case 'permitted':
        if (!this.#isAdmitted(this.#state.policy, verdict)) return this.#refuse(action, { reason: 'action-rate' });
        this.#forward(this.#state.policy, action, verdict.permit);
        return this.#workAhead();
      default:
        return unreachable(verdict);
    }
  }

  /** Whether the rates have room for it; with `enforce = no` what the rules say is only told. */
  #isAdmitted(policy: Policy, { permit, shadowed }: PermittedVerdict): boolean {
    const isWithinRates = this.deps.actionRates.admits(policy, permit.action);
    if (policy.isEnforced) return isWithinRates;
    if (shadowed !== null)
      reportShadow(this, policy.user, permit.action, { reason: 'action-filter', filter: shadowed });
    if (!isWithinRates) reportShadow(this, policy.user, permit.action, { reason: 'action-rate' });
    return true;
  }

  #forward(policy: Policy, action: AmiAction, permit: Permit): void {
    this.#actionName = permit.action;
    this.deps.metrics.actions.inc({ action: permit.action, decision: 'forwarded' });
    this.deps.audit.action(policy, permit.action, action, 'forwarded');
    this.#underWay.forward(action, permit);
  }

  /** Takes messages that are here already and sends them behind the action under way, up to the first that must wait. */
  #workAhead(): void {
    while (
      this.#next === null &&
      !this.#isDraining &&
      !this.#underWay.isEmpty &&
      this.#underWay.hasRoom(this.#seesEvents)
    ) {
      const input = this.deps.connection.take();
      if (input === null) return;
      this.#idle.heard();
      if (!this.#follows(input)) this.#next = input;
    }
  }

  /** False for what is answered here, refused or not understood: that is decided when it is its turn. */
  #follows(input: DecodedInput): boolean {
    if (input.kind !== 'action' || this.#state.phase !== 'authenticated') return false;
    const verdict = authorizeAction(this.#state.policy, input.action, this.deps.relay.actions);
    if (verdict.kind !== 'permitted') return false;
    if (!this.#isAdmitted(this.#state.policy, verdict)) return false;
    this.#forward(this.#state.policy, input.action, verdict.permit);
    return true;
  }

  get #seesEvents(): boolean {
    return this.viewedClasses !== NO_CLASSES;
  }

  #receiveBeforeLogin(action: AmiAction): void {
    const verdict = authorizeBeforeLogin(action);
    if (verdict.kind === 'denied') return this.#refuse(action, verdict.denial);
    this.#actionName = verdict.action;
    if (verdict.action !== 'Logoff' && refusesSecondLogin(this, action)) return;
    answerLocally(this, verdict.action, action);
  }

  #refuse(action: AmiAction, denial: Denial): void {
    reportRefusal(this, this.#state.phase === 'authenticated' ? this.#state.policy : null, action, denial);
    this.answer(encodeError(action.actionId, denialMessage(denial, action)));
  }

  /** All that was forwarded is answered. */
  #settle(volume: 'quiet' | 'loud'): void {
    this.#release();
    if (volume === 'loud' && this.#seesEvents) this.deps.relay.barrier(() => this.#goOn());
    else this.#goOn();
  }

  #goOn(): void {
    const next = this.#next;
    this.#next = null;
    if (next !== null && !this.#isDraining) this.receive(next);
    else this.#askForMore();
  }

  #askForMore(): void {
    this.#isInWork = false;
    if (this.#isDraining) this.close('drained');
    else this.deps.connection.ready();
  }

  #release(): void {
    this.#isBusy = false;
    this.#idle.heard();
    this.#stir = null;
    if (this.settings.events === 'pushed') this.#sendHeld();
  }

  /** Who has never fetched an event loses nothing with them: so they are recorded again from the first WaitEvent on. */
  #overflow(): void {
    if (this.settings.events === 'pushed' || this.#hasFetched) return this.close('event-backlog');
    this.deps.fanOut.leave(this);
    this.#isViewing = false;
    this.#held.take();
  }

  #sendHeld(): void {
    for (const bytes of this.#held.take()) this.deps.connection.send(bytes);
  }
}
