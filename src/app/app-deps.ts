import type { FileStamps } from '../config/file-stamp.js';
import type { Config, LoadedConfig } from '../config/load.js';
import type { Log } from '../telemetry/logger.js';
import type { Telemetry } from '../telemetry/metrics.js';

/** What the process lends to the gateway. */
export interface AppDeps {
  readonly log: Log;
  readonly telemetry: Telemetry;
  /** Milliseconds since the epoch, with fractions. */
  readonly nowMs: () => number;
  readonly random: () => number;
  /** Reads the files of the configuration, as they are now. */
  readonly load: () => LoadedConfig;
  /** The files of the first configuration, as they were when it was read. */
  readonly stamps: FileStamps;
}

/** The configuration in force; asked anew whenever it matters. */
export type CurrentConfig = () => Config;

/** What a reload has made ready and not yet put in force. */
export interface PreparedChange {
  /** Cannot fail. Resolves when the last connection of what was closed is over. */
  commit(): Promise<void>;
  /** Leaves everything as it was. */
  abandon(): Promise<void>;
}

export const NO_CHANGE: PreparedChange = { commit: async () => undefined, abandon: async () => undefined };

/** One change made of several. */
export function allOf(changes: readonly PreparedChange[]): PreparedChange {
  return {
    commit: async () => void (await Promise.all(changes.map((change) => change.commit()))),
    abandon: async () => void (await Promise.all(changes.map((change) => change.abandon()))),
  };
}
