/** What listens on one address, and can take other settings while it does. */
import type { Result } from '../lib/result.js';

export interface Entrance<Settings> {
  /** Opens the port; fails with a sentence that says what to do. */
  start(): Promise<Result<void>>;
  /** The port in use, once started. */
  readonly port: number;
  /**
   * Makes ready for other settings on the same address, and changes nothing yet; the result puts them in force for new
   * connections.
   */
  prepare(settings: Settings): Result<() => void>;
  /** The port is free at once, and what is on its way in ends; resolves when the last connection is over. */
  stop(): Promise<void>;
  /** Ends what is left. */
  abort(): void;
}
