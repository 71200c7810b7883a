/** `<seconds>.<6 digits>`, as Asterisk writes times; `ms` counts from the epoch, with fractions. */
export function formatTimestamp(ms: number): string {
  const microseconds = Math.floor(ms * 1000);
  const seconds = Math.floor(microseconds / 1_000_000);
  return `${seconds}.${String(microseconds - seconds * 1_000_000).padStart(6, '0')}`;
}
