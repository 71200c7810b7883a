/**
 * Notes what each user really does and receives, for `ami-gateway learn`, and tells what the rules of a user with
 * `enforce = no` would refuse.
 *
 *     login, action ──► a line each;  events ──► a tally for each session ──► a line a minute, and one at its end
 */
import type { AmiAction } from '../ami/message.js';
import { argumentNeeds } from '../policy/argument-needs.js';
import { auditedHeaders } from '../policy/audited-headers.js';
import { NO_FILTERS } from '../policy/event-filter.js';
import type { Policy } from '../policy/policy.js';
import type { Log } from '../telemetry/logger.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { SecurityLog } from '../telemetry/security-log.js';
import { EventTally } from './event-tally.js';

export interface AuditDeps {
  /** As it is now; `null` where no audit_file is set: then only users with `enforce = no` are watched. */
  readonly file: () => Pick<SecurityLog, 'write'> | null;
  readonly nowMs: () => number;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** What became of an action: it went to Asterisk, was answered here, or why it was refused. */
export type AuditedDecision = 'forwarded' | 'answered' | `refused: ${string}`;

const TALLY_INTERVAL_MS = 60_000;

export class Audit {
  readonly #deps: AuditDeps;
  readonly #tallies = new Map<EventTally, string>();
  #timer: NodeJS.Timeout | null = null;

  constructor(deps: AuditDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#timer = setInterval(() => this.#tellAll(), TALLY_INTERVAL_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#tellAll();
  }

  login(user: string, address: string, transport: string): void {
    this.#write(user, { login: address, transport });
  }

  /** `name` is Asterisk's; `write` are the classes of the user. */
  action(
    { user, write }: Pick<Policy, 'user' | 'write'>,
    name: string,
    action: AmiAction,
    decision: AuditedDecision,
  ): void {
    if (this.#deps.file() === null) return;
    const needs = decision === 'forwarded' ? argumentNeeds(write, action) : [];
    const facts = { action: name, decision, headers: auditedHeaders(action) };
    this.#write(user, needs.length === 0 ? facts : { ...facts, argumentNeeds: needs });
  }

  /** Asterisk's FullyBooted, which comes with a login and not with the events. */
  fullyBooted(user: string): void {
    this.#write(user, { events: [{ event: 'FullyBooted', classes: 'system', delivered: 1, shadowed: 0 }] });
  }

  /** Counts the events of one session from now on; `null` where nobody wants to know. */
  watch({ user, isEnforced, filters }: Policy): EventTally | null {
    if (this.#deps.file() === null && isEnforced) return null;
    const tally = new EventTally(isEnforced || filters === NO_FILTERS ? null : filters);
    this.#tallies.set(tally, user);
    return tally;
  }

  /** The session is over. */
  forget(tally: EventTally): void {
    this.#tell(tally);
    this.#tallies.delete(tally);
  }

  #tellAll(): void {
    for (const tally of this.#tallies.keys()) this.#tell(tally);
  }

  #tell(tally: EventTally): void {
    const user = this.#tallies.get(tally);
    const events = tally.take();
    if (user === undefined || events.length === 0) return;
    this.#write(user, { events });
    const shadowed = events.filter((event) => event.shadowed > 0);
    const total = shadowed.reduce((sum, event) => sum + event.shadowed, 0);
    if (total === 0) return;
    this.#deps.metrics.shadowRefusals.inc({ user, reason: 'event-filter' }, total);
    const counts = Object.fromEntries(shadowed.map((event) => [event.event, event.shadowed]));
    this.#deps.log.info({ user, events: counts }, 'events would have been withheld');
  }

  #write(user: string, fact: Readonly<Record<string, unknown>>): void {
    const at = new Date(this.#deps.nowMs()).toISOString();
    this.#deps.file()?.write([`${JSON.stringify({ at, user, ...fact })}\n`]);
  }
}
