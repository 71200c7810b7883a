/** How long to wait between attempts that fail. */
export interface BackoffSettings {
  readonly minMs: number;
  readonly maxMs: number;
}

/**
 * The wait before attempt `attempt` (from 1), in milliseconds: doubling from `minMs` to `maxMs`, of which `random`
 * (0 to 1) takes away up to a half, so that many gateways do not come back in the same instant.
 */
export function backoffMs(settings: BackoffSettings, attempt: number, random: number): number {
  const doubled = settings.minMs * 2 ** Math.min(attempt - 1, 30);
  const capped = Math.min(settings.maxMs, doubled);
  return Math.round(capped * (1 - random / 2));
}
