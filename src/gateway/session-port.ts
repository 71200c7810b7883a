/** What a session is made of, and the steps that the actions answered here take on it. */
import type { AmiAction } from '../ami/message.js';
import type { ClassSet } from '../ami/privilege.js';
import type { SecurityFact } from '../ami/security-event.js';
import type { CloseReason, Connection } from '../net/connection.js';
import type { EventFilter, EventFilters } from '../policy/event-filter.js';
import type { Policies, Policy } from '../policy/policy.js';
import type { Log } from '../telemetry/logger.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { ActionRates } from './action-rates.js';
import type { Audit } from './audit.js';
import type { FanOut } from './fan-out.js';
import type { LoginGuard } from './login-guard.js';
import type { RecentRefusals } from './recent-refusals.js';
import type { Relay } from './relay.js';
import type { SecretWeigher } from './secret-weigher.js';
import type { SecurityReporter } from './security-reporter.js';
import type { SessionRegistry } from './session-registry.js';

export interface SessionDeps {
  readonly connection: Connection;
  readonly relay: Relay;
  readonly fanOut: FanOut;
  readonly registry: SessionRegistry;
  readonly security: SecurityReporter;
  readonly guard: LoginGuard;
  readonly weigher: SecretWeigher;
  /** How many actions each user has left, over all of its sessions. */
  readonly actionRates: ActionRates;
  /** What was refused lately, for operators. */
  readonly refusals: RecentRefusals;
  /** Notes what users do and receive. */
  readonly audit: Audit;
  /** The users as they are configured now. */
  readonly policies: () => Policies;
  readonly nowMs: () => number;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface SessionSettings {
  /** Unique in this process; names the session in logs and security events. */
  readonly id: string;
  /** Time to log in, in milliseconds: Asterisk's authtimeout. */
  readonly authTimeoutMs: number;
  /** How long a client that has logged in may send nothing, in milliseconds; 0 for ever. */
  readonly idleTimeoutMs: number;
  /** How long a failed login waits for its answer, in milliseconds: Asterisk's one second. */
  readonly penaltyMs: number;
  /** True: the Events action leaves out the answers that Asterisk leaves out with `brokeneventsaction`. */
  readonly brokenEventsAction: () => boolean;
  /** Bytes of events that may wait, behind one action or for the next WaitEvent. */
  readonly maxHeldBytes: number;
  /** How events leave: as they come, behind a banner; or only when WaitEvent fetches them, and `Events:` begins at none. */
  readonly events: 'pushed' | 'fetched';
  /** How long WaitEvent may wait at most, from now on, in milliseconds. */
  readonly waitLimitMs: () => number;
}

export interface LoggedIn {
  readonly phase: 'authenticated';
  readonly policy: Policy;
  /** What `Events:` asked for; only what `policy.read` holds as well is delivered. */
  readonly eventMask: ClassSet;
  /** Filters that the client added with the Filter action; they stay when the user's own are others after a reload. */
  readonly added: readonly EventFilter[];
  /** The user's filters and those that were added. */
  readonly filters: EventFilters;
  readonly sinceMs: number;
}

export type SessionState =
  | { readonly phase: 'unauthenticated'; readonly challenge: string | null }
  | LoggedIn
  | { readonly phase: 'closed'; readonly reason: CloseReason };

/** A session as the actions that it answers itself see it. Every action ends in exactly one answer, or in a close. */
export interface SessionPort {
  readonly deps: SessionDeps;
  readonly settings: SessionSettings;
  readonly state: SessionState;
  /** Classes of events that can reach this session now. */
  readonly viewedClasses: ClassSet;
  /** Ends the action in work with this answer; the events that waited behind it follow. */
  answer(bytes: Buffer): void;
  /** As `answer`, once every event that Asterisk has made until now was delivered in front of it; `ended` acts instead where the session is over by then. */
  answerBehindEvents(makeAnswer: () => Buffer, ended?: () => void): void;
  /** Ends the action with `head`, the events that waited, and `tail` behind them. */
  answerAround(head: Buffer, tail: Buffer): void;
  /** Ends the session with this answer. */
  answerAndClose(bytes: Buffer, reason: CloseReason): void;
  /** Acts after a delay, unless the session ends before. One timer at a time: a new one takes the place of the old. */
  later(delayMs: number, act: () => void): void;
  stopTimer(): void;
  /** Acts when an event waits or the client sends more, at once if an event waits already; forgotten with the answer. */
  whenStirred(act: () => void): void;
  /** Remembers the one challenge of a session; `null` uses it up. */
  setChallenge(challenge: string | null): void;
  /** `username` is the name as the client typed it, which is how security events show it. */
  logIn(policy: Policy, eventMask: ClassSet, username: string): void;
  /** Changes what the session asks for, and puts it into the audience of its new view. */
  view(change: Partial<Pick<LoggedIn, 'eventMask' | 'added'>>): void;
  /** Adds a filter to those of the user, and to what was added before. */
  addFilter(filter: EventFilter): void;
  /** Counts, logs and delivers a security event of this session. */
  raise(fact: SecurityFact): void;
  /** As `raise`, but the event is delivered when the result is called. */
  record(fact: SecurityFact): () => void;
}

export type LocalAction = (session: SessionPort, action: AmiAction) => void;
