import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../../src/lib/backoff.js';

const bounds = { minMs: 500, maxMs: 15_000 };

describe('the wait before an attempt', () => {
  it.each([
    [1, 500],
    [2, 1000],
    [3, 2000],
    [5, 8000],
    [6, 15_000],
    [1_000_000, 15_000],
  ])('number %d is %d ms at most', (attempt, expected) => {
    expect(backoffMs(bounds, attempt, 0)).toBe(expected);
  });

  it('is shortened by chance by up to a half, so that many gateways come at different times', () => {
    expect(backoffMs(bounds, 3, 0.5)).toBe(1500);
    expect(backoffMs(bounds, 3, 1)).toBe(1000);
  });

  it('is never longer than the longest, even where that is less than the shortest', () => {
    expect(backoffMs({ minMs: 500, maxMs: 100 }, 1, 0)).toBe(100);
  });
});
