import { poll } from '../../asterisk/processes.mjs';

/** Waits until it is so; fails with these words when it is not in time. */
export async function until(what: string, isSo: () => Promise<boolean> | boolean, timeoutMs: number): Promise<void> {
  const ask = async () => ((await isSo()) ? true : null);
  if ((await poll(ask, timeoutMs)) === null) throw new Error(`not within ${timeoutMs / 1000} s: ${what}`);
}
