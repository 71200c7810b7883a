/**
 * A client that tries one action after the other, or several at a time, and holds the gateway to one end for each. With
 * `named`, every block must carry the ActionID of the action whose turn it is; without, it can only go by the order.
 */
import type { Attempt, MakeAttempt } from './attempts.js';
import type { Ledger } from './ledger.js';
import type { WireClient } from './wire-client.js';

export interface CallerSettings {
  readonly name: string;
  readonly ids: 'named' | 'nameless';
  /** Actions that are on their way at the same time. */
  readonly depth: number;
  /** Tried in turn. */
  readonly attempts: readonly MakeAttempt[];
  /** Between an answer and the next action, in milliseconds. */
  readonly pauseMs: number;
}

/** Longer than any pause of Asterisk in these runs, and than any deadline that the gateway has in them. */
const LONGEST_MS = 120_000;

/** While Asterisk is away, every action is refused at once. */
const PAUSE_WITHOUT_ANSWER_MS = 100;

export class Caller {
  readonly #client: WireClient;
  readonly #ledger: Ledger;
  readonly #settings: CallerSettings;
  readonly #pending: Attempt[] = [];
  #turn = 0;
  #isCalling = false;
  #settled = 0;
  #answered = 0;
  #deadline: NodeJS.Timeout | null = null;

  constructor(client: WireClient, ledger: Ledger, settings: CallerSettings) {
    this.#client = client;
    this.#ledger = ledger;
    this.#settings = settings;
    client.onBlock = (block) => this.#take(block);
    client.onEnd = () => this.#fault('was dropped');
  }

  start(): void {
    this.#isCalling = true;
    this.#fill();
  }

  /** No further action; what is on its way may end. */
  stop(): void {
    this.#isCalling = false;
  }

  get isIdle(): boolean {
    return this.#pending.length === 0;
  }

  /** Actions that have ended, however. */
  get settled(): number {
    return this.#settled;
  }

  get answered(): number {
    return this.#answered;
  }

  close(): void {
    this.#isCalling = false;
    this.#watch();
    this.#client.onEnd = () => undefined;
    this.#client.close();
  }

  #fill(): void {
    while (this.#isCalling && this.#client.isOpen && this.#pending.length < this.#settings.depth) this.#try();
    this.#watch();
  }

  #try(): void {
    const { attempts, name, ids } = this.#settings;
    const make = attempts[this.#turn % attempts.length];
    if (make === undefined) return;
    const attempt = make(`${name}-${this.#turn}`);
    this.#turn += 1;
    this.#pending.push(attempt);
    this.#client.sendAction(ids === 'named' ? [...attempt.lines, `ActionID: ${attempt.id}`] : attempt.lines);
  }

  #take(block: string): void {
    const [attempt] = this.#pending;
    if (attempt === undefined) return this.#fault(`heard what it had not asked for: ${shown(block)}`);
    const id = /\r\nActionID: ([^\r\n]*)\r\n/.exec(block)?.[1] ?? '';
    const expected = this.#settings.ids === 'named' ? attempt.id : '';
    if (id !== expected) return this.#fault(`waits for ${attempt.id} and heard of ${id}: ${shown(block)}`);
    try {
      const outcome = attempt.take(block);
      if (outcome === null) return;
      this.#ledger.tell(attempt.id, outcome);
      if (outcome === 'answered') this.#answered += 1;
      this.#settle(outcome === 'answered' ? this.#settings.pauseMs : PAUSE_WITHOUT_ANSWER_MS);
    } catch (error) {
      this.#fault(error instanceof Error ? error.message : String(error));
      this.#settle(PAUSE_WITHOUT_ANSWER_MS);
    }
  }

  #settle(pauseMs: number): void {
    this.#pending.shift();
    this.#settled += 1;
    this.#watch();
    if (pauseMs === 0) return this.#fill();
    setTimeout(() => this.#fill(), pauseMs);
  }

  #watch(): void {
    if (this.#deadline !== null) clearTimeout(this.#deadline);
    const [attempt] = this.#pending;
    this.#deadline =
      attempt === undefined || !this.#client.isOpen ? null : setTimeout(() => this.#miss(attempt), LONGEST_MS);
  }

  #miss(attempt: Attempt): void {
    this.#fault(`${attempt.id} has no end after ${LONGEST_MS / 1000} s`);
  }

  #fault(what: string): void {
    this.#ledger.fault(`${this.#settings.name} ${what}`);
  }
}

function shown(block: string): string {
  return JSON.stringify(block.slice(0, 300));
}
