import { expect, it } from 'vitest';
import { Nonces } from '../../../src/http/nonces.js';
import type { DigestClaim } from '../../../src/policy/digest.js';

function claimOf(nonce: string, nc = '1'): DigestClaim {
  return { username: 'u', nonce, uri: '/', response: '', use: { nc, cnonce: 'c' } };
}

it('accepts a nonce for 62 seconds from its making', () => {
  let nowMs = 1_000_000;
  const nonces = new Nonces(() => nowMs);
  const nonce = nonces.mint();

  nowMs += 62_000;
  const inTime = nonces.accept(claimOf(nonce, '1'));
  nowMs += 1;
  const late = nonces.accept(claimOf(nonce, '2'));

  expect([inTime, late]).toEqual([true, false]);
});

it('forgets no count while the nonce lives', () => {
  let nowMs = 1_000_000;
  const nonces = new Nonces(() => nowMs);
  const nonce = nonces.mint();
  nonces.accept(claimOf(nonce, '5'));

  nowMs += 61_000;
  nonces.sweep();

  expect(nonces.accept(claimOf(nonce, '5'))).toBe(false);
  expect(nonces.accept(claimOf(nonce, '6'))).toBe(true);
});

it.each([
  ['of another gateway', () => new Nonces(() => 1000).mint()],
  ['with another time', (nonce: string) => `f${nonce.slice(1)}`],
  ['with another seal', (nonce: string) => nonce.slice(0, -1) + (nonce.endsWith('0') ? '1' : '0')],
  ['in capitals', (nonce: string) => nonce.toUpperCase()],
  ['that is longer', (nonce: string) => `${nonce}0`],
  ['that is empty', () => ''],
])('refuses a nonce %s', (_which, change) => {
  const nonces = new Nonces(() => 1000);
  const nonce = nonces.mint();

  expect(nonces.accept(claimOf(change(nonce)))).toBe(false);
  expect(nonces.accept(claimOf(nonce))).toBe(true);
});

it('makes no nonce twice', () => {
  const nonces = new Nonces(() => 1000);

  expect(new Set(Array.from({ length: 100 }, () => nonces.mint())).size).toBe(100);
});
