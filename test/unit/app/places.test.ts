import { expect, it } from 'vitest';
import { overlaps } from '../../../src/app/places.js';

it.each([
  ['0.0.0.0', '127.0.0.1', true],
  ['127.0.0.1', '0.0.0.0', true],
  ['::', '127.0.0.1', true],
  ['::', '2001:db8::1', true],
  ['::', '0.0.0.0', true],
  ['127.0.0.1', '127.0.0.1', true],
  ['127.0.0.1', '127.0.0.2', false],
  ['127.0.0.1', '::1', false],
])('%s and %s on one port overlap: %s', (one, other, expected) => {
  expect(overlaps({ bindAddress: one, port: 5038 }, { bindAddress: other, port: 5038 })).toBe(expected);
});

it('does not let ports overlap that are not the same', () => {
  expect(overlaps({ bindAddress: '0.0.0.0', port: 5038 }, { bindAddress: '0.0.0.0', port: 5039 })).toBe(false);
});
