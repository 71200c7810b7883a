/** Spans of time and amounts of bytes for people: two units at most, no more exact than anybody needs. */

const UNITS = [
  { ms: 86_400_000, name: 'd' },
  { ms: 3_600_000, name: 'h' },
  { ms: 60_000, name: 'm' },
  { ms: 1000, name: 's' },
] as const;

/** Such as `45s`, `3m 12s` or `2d 4h`; what has not begun yet is `0s`. */
export function formatSpan(ms: number): string {
  const first = UNITS.findIndex((unit) => ms >= unit.ms);
  if (first < 0) return '0s';
  const parts = UNITS.slice(first, first + 2).map((unit, index) => {
    const left = index === 0 ? ms : ms % (UNITS[first]?.ms ?? 1);
    return { count: Math.floor(left / unit.ms), name: unit.name };
  });
  const shown = parts.filter(({ count }, index) => index === 0 || count > 0);
  return shown.map(({ count, name }) => `${count}${name}`).join(' ');
}

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB'] as const;

/** Such as `512 B` or `1.5 MB`, in steps of 1,000. */
export function formatBytes(bytes: number): string {
  const step = Math.min(Math.max(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), 0), BYTE_UNITS.length - 1);
  const amount = bytes / 1000 ** step;
  const digits = step === 0 ? String(amount) : amount.toFixed(amount < 10 ? 1 : 0);
  return `${digits} ${BYTE_UNITS[step]}`;
}
