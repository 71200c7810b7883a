import type { Log } from '../telemetry/logger.js';
import type { Telemetry } from '../telemetry/metrics.js';

/** What the process lends to the gateway. */
export interface AppDeps {
  readonly log: Log;
  readonly telemetry: Telemetry;
  /** Milliseconds since the epoch, with fractions. */
  readonly nowMs: () => number;
  readonly random: () => number;
}
