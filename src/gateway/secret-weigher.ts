/** Compares secrets with their hashes, few at a time: a flood of logins gets a queue with a bound, and not the process. */
import { timingSafeEqual } from 'node:crypto';
import type { Weighing } from '../policy/authorize-login.js';
import type { Metrics } from '../telemetry/metrics.js';
import { deriveHash } from './derive-hash.js';

export type WeighOutcome = 'equal' | 'different' | 'busy';

export interface WeighRequest {
  /** False once the client is gone: then nothing is compared and nobody told. */
  readonly isWanted: () => boolean;
  readonly settled: (outcome: WeighOutcome) => void;
}

interface Job extends WeighRequest {
  readonly weighing: Weighing;
}

/** Of the four threads that Node has for files and names as well. */
const MOST_RUNNING = 2;
/** Some seconds of work: who waits longer would run into authtimeout. */
const MOST_WAITING = 256;

export class SecretWeigher {
  readonly #metrics: Metrics;
  #running = 0;
  #waiting: Job[] = [];

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  weigh(weighing: Weighing, request: WeighRequest): void {
    if (this.#waiting.length >= MOST_WAITING) this.#waiting = this.#waiting.filter((job) => job.isWanted());
    if (this.#waiting.length >= MOST_WAITING) return request.settled('busy');
    this.#waiting.push({ ...request, weighing });
    this.#advance();
  }

  #advance(): void {
    while (this.#running < MOST_RUNNING) {
      const job = this.#waiting.shift();
      if (job === undefined) break;
      if (job.isWanted()) this.#run(job);
    }
    this.#metrics.loginsWaiting.set(this.#waiting.length);
  }

  #run(job: Job): void {
    const { secret, hash } = job.weighing;
    this.#running += 1;
    const terms = { cost: hash.cost, salt: hash.salt, bytes: hash.hash.length };
    void deriveHash(secret, terms)
      // Without memory for it nobody is proved to be anybody.
      .then(
        (derived) => (timingSafeEqual(derived, hash.hash) ? 'equal' : 'different'),
        () => 'busy' as const,
      )
      .then((outcome) => this.#settle(job, outcome));
  }

  #settle(job: Job, outcome: WeighOutcome): void {
    this.#running -= 1;
    this.#advance();
    if (job.isWanted()) job.settled(outcome);
  }
}
