/** Which session a nonce continues: a client that authenticates every request is known by nothing else. */
import type { DigestClaim } from '../policy/digest.js';
import { userKey } from '../policy/policy.js';
import type { HttpSession } from './http-sessions.js';
import { Nonces } from './nonces.js';

export type NonceUse =
  /** `session` is `null` for a nonce that begins one. */
  | { readonly kind: 'fresh'; readonly session: HttpSession | null }
  /** The client has to come again with this nonce. */
  | { readonly kind: 'stale'; readonly nonce: string };

/** More than a browser sends side by side with one nonce that grew old. */
const MOST_GIVEN = 32;

export class DigestSessions {
  readonly #nonces: Nonces;
  readonly #sessions = new Map<string, HttpSession>();
  /** The nonce that a session was used with last: it still names it when it has grown old. */
  readonly #latest = new Map<HttpSession, string>();
  /** The nonces that it was told to go on with, for requests that come side by side. */
  readonly #given = new WeakMap<HttpSession, readonly string[]>();

  constructor(nowMs: () => number) {
    this.#nonces = new Nonces(nowMs);
  }

  /** For a client that has no nonce yet, or proved nothing. */
  mint(): string {
    return this.#nonces.mint();
  }

  /** Uses the nonce of a claim that was proved; a session continues only for its own user. */
  use(claim: DigestClaim, user: string): NonceUse {
    const session = this.#findSession(claim.nonce, user);
    if (this.#nonces.accept(claim)) {
      if (session !== null) this.#latest.set(session, claim.nonce);
      return { kind: 'fresh', session };
    }
    const nonce = this.#nonces.mint();
    if (session !== null) this.#nameAnew(session, nonce);
    return { kind: 'stale', nonce };
  }

  /** True when its nonce names a session of the user that it claims to be. */
  continues({ nonce, username }: DigestClaim): boolean {
    const session = this.#sessions.get(nonce);
    const state = session?.session.state;
    return state?.phase === 'authenticated' && userKey(state.policy.user) === userKey(username);
  }

  /** The nonce began this session. */
  begin(nonce: string, session: HttpSession): void {
    this.#sessions.set(nonce, session);
    this.#latest.set(session, nonce);
  }

  /** Forgets nonces that lead nowhere. */
  sweep(): void {
    this.#nonces.sweep();
    for (const session of this.#latest.keys()) if (session.connection.isEnded) this.#latest.delete(session);
    for (const [nonce, session] of this.#sessions) {
      if (!this.#nonces.isAlive(nonce) && this.#latest.get(session) !== nonce) this.#sessions.delete(nonce);
    }
  }

  /** The oldest of too many names that were given and perhaps never used is forgotten. */
  #nameAnew(session: HttpSession, nonce: string): void {
    const given = [...(this.#given.get(session) ?? []), nonce];
    const oldest = given.length > MOST_GIVEN ? given.shift() : undefined;
    if (oldest !== undefined && this.#latest.get(session) !== oldest) this.#sessions.delete(oldest);
    this.#given.set(session, given);
    this.#sessions.set(nonce, session);
  }

  #findSession(nonce: string, user: string): HttpSession | null {
    const session = this.#sessions.get(nonce);
    if (session === undefined || session.session.state.phase !== 'authenticated') return null;
    return session.session.state.policy.user === user ? session : null;
  }
}
