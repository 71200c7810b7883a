/** Times in the zone of this machine, as Asterisk writes them. */

/** `2026-11-22T21:38:37.551+0000`, the time in security events. */
export function formatZonedTime(atMs: number): string {
  const minutes = offsetMinutes(atMs);
  const zone = `${pad(Math.floor(Math.abs(minutes) / 60))}${pad(Math.abs(minutes) % 60)}`;
  return `${localIso(atMs)}${minutes < 0 ? '-' : '+'}${zone}`;
}

/** `2026-11-22 21:38:37`, the time before a line of a log: `dateformat = %F %T` in logger.conf. */
export function formatLogTime(atMs: number): string {
  return localIso(atMs).slice(0, 'yyyy-mm-ddThh:mm:ss'.length).replace('T', ' ');
}

function localIso(atMs: number): string {
  return new Date(atMs + offsetMinutes(atMs) * 60_000).toISOString().slice(0, -1);
}

/** East of Greenwich is positive. */
function offsetMinutes(atMs: number): number {
  return -new Date(atMs).getTimezoneOffset();
}

function pad(count: number): string {
  return String(count).padStart(2, '0');
}
