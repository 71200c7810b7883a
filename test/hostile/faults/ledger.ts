/** What callers were told about their actions, and what was seen of these at Asterisk. */
import type { Outcome } from './attempts.js';

export class Ledger {
  readonly counts: Record<Outcome, number> = { answered: 0, unknown: 0, 'not-sent': 0 };
  /** What must never be: a second end, foreign bytes, a wrong answer, no end, a client that was dropped. */
  readonly faults: string[] = [];
  /** What was told about each counted action. */
  readonly #told = new Map<string, Outcome>();
  readonly #executions = new Map<string, number>();

  tell(id: string, outcome: Outcome): void {
    this.counts[outcome] += 1;
    if (this.#told.has(id)) this.fault(`${id} was answered twice`);
    this.#told.set(id, outcome);
  }

  fault(what: string): void {
    this.faults.push(what);
  }

  executed(id: string): void {
    this.#executions.set(id, (this.#executions.get(id) ?? 0) + 1);
  }

  get total(): number {
    return this.#told.size;
  }

  get executions(): number {
    return this.#executions.size;
  }

  /** Executed more than once, or executed although it was said not to have been sent. */
  get wronglyExecuted(): readonly string[] {
    return [...this.#executions]
      .filter(([id, times]) => times > 1 || this.#told.get(id) === 'not-sent')
      .map(([id, times]) => `${id}: ${times} times, told ${this.#told.get(id)}`);
  }

  /** Answered, and yet never seen at Asterisk; of those whose id passes. */
  unexecuted(isCounted: (id: string) => boolean): readonly string[] {
    const answered = [...this.#told].filter(([id, outcome]) => outcome === 'answered' && isCounted(id));
    return answered.map(([id]) => id).filter((id) => !this.#executions.has(id));
  }
}
