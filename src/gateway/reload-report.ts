/** What a reload of the configuration has changed. */
export interface ReloadReport {
  /** Sessions that it ended: their user is gone, has another secret, or may not come from there any more. */
  readonly closedSessions: number;
  /** Settings that were changed and are as before until a restart, such as `[state] redis`. */
  readonly needsRestart: readonly string[];
  /** As `file:line: message`. */
  readonly warnings: readonly string[];
}
