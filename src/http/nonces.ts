/**
 * Nonces for digest authentication: ours only, for a minute, and each use with a greater count than the last. Asterisk
 * takes any nonce that a client invents, and the first request with it twice.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { DigestClaim } from '../policy/digest.js';

/** As long as Asterisk keeps one. A client whose nonce grew old is told so, and goes on without asking its user. */
const LIFETIME_MS = 62_000;

export class Nonces {
  readonly #nowMs: () => number;
  readonly #key = randomBytes(32);
  /** The greatest count of each nonce in use; 0 of one that was made and not used. */
  readonly #counts = new Map<string, number>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Nothing is remembered of it before its first use, so that asking for nonces costs us nothing. */
  mint(): string {
    const head = Math.floor(this.#nowMs()).toString(16).padStart(12, '0') + randomBytes(8).toString('hex');
    return head + this.#seal(head);
  }

  /** Takes note of a use whose proof was right; false when the client has to prove it again, with a new nonce. */
  accept({ nonce, use }: DigestClaim): boolean {
    if (!this.isAlive(nonce)) return false;
    // Without a count, a nonce can be used once.
    const count = use === null ? 1 : Number.parseInt(use.nc, 16);
    if (count <= (this.#counts.get(nonce) ?? 0)) return false;
    this.#counts.set(nonce, count);
    return true;
  }

  /** Forgets what is too old to be accepted again. */
  sweep(): void {
    for (const nonce of this.#counts.keys()) if (!this.isAlive(nonce)) this.#counts.delete(nonce);
  }

  /** One of ours, and not too old. */
  isAlive(nonce: string): boolean {
    if (!/^[0-9a-f]{60}$/.test(nonce)) return false;
    const head = nonce.slice(0, 28);
    const isOurs = timingSafeEqual(Buffer.from(nonce.slice(28)), Buffer.from(this.#seal(head)));
    const ageMs = this.#nowMs() - Number.parseInt(head.slice(0, 12), 16);
    return isOurs && ageMs <= LIFETIME_MS;
  }

  #seal(head: string): string {
    return createHmac('sha256', this.#key).update(head).digest('hex').slice(0, 32);
  }
}
