import { expect, it } from 'vitest';
import { formatBytes, formatSpan } from '../../../src/lib/span.js';

it.each([
  [-5, '0s'],
  [0, '0s'],
  [999, '0s'],
  [1000, '1s'],
  [59_999, '59s'],
  [60_000, '1m'],
  [192_000, '3m 12s'],
  [3_600_000, '1h'],
  [3_661_000, '1h 1m'],
  [90_000_000, '1d 1h'],
  [864_000_000, '10d'],
])('a span of %d ms is %s', (ms, text) => {
  expect(formatSpan(ms)).toBe(text);
});

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [12_345, '12 kB'],
  [8_388_608, '8.4 MB'],
  [5_000_000_000_000, '5000 GB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
