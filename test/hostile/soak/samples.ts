/** What the gateway costs over time, and whether it grows. */
import type { GatewayProcess } from '../faults/gateway-process.js';

export interface Sample {
  readonly seconds: number;
  readonly residentBytes: number;
  readonly descriptors: number;
  /** The 99th percentile of the delay of its event loop since the sample before, in milliseconds. */
  readonly loopMs: number;
}

const EVERY_MS = 5000;

export class Sampler {
  readonly samples: Sample[] = [];
  readonly #gateway: GatewayProcess;
  readonly #beganAt = performance.now();
  #timer: NodeJS.Timeout | null = null;

  constructor(gateway: GatewayProcess) {
    this.#gateway = gateway;
  }

  start(): void {
    this.#timer = setInterval(() => void this.#take().catch(() => undefined), EVERY_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  async #take(): Promise<void> {
    const { residentBytes, descriptors } = this.#gateway;
    // Counted from one reading to the next: nobody else may read it.
    const loopMs = 1000 * (await this.#gateway.metric('nodejs_eventloop_lag_p99_seconds'));
    this.samples.push({ seconds: (performance.now() - this.#beganAt) / 1000, residentBytes, descriptors, loopMs });
  }
}

/** The slope of the line with the least squares, a second. */
export function slopeOf(samples: readonly Sample[], value: (sample: Sample) => number): number {
  const meanSeconds = mean(samples.map((sample) => sample.seconds));
  const meanValue = mean(samples.map(value));
  const spread = samples.reduce((sum, { seconds }) => sum + (seconds - meanSeconds) ** 2, 0);
  const joint = samples.reduce((sum, each) => sum + (each.seconds - meanSeconds) * (value(each) - meanValue), 0);
  return spread === 0 ? 0 : joint / spread;
}

export function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
