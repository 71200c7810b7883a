/**
 * One request of AMI over HTTP, from its parameters to its answer.
 *
 *     cookie:  parameters ──► message ──► the session of the cookie, or a new one ──► answer, with the cookie
 *     digest:  proof ──► nonce ──► message ──► the session of the nonce, or a new one ──► answer
 */

import { setTimeout as delay } from 'node:timers/promises';
import type { DecodedInput } from '../ami/action-decoder.js';
import { authorizeRequest, type DigestLoginDeps, type DigestVerdict, enterByDigest } from '../gateway/digest-login.js';
import type { RecentRefusals } from '../gateway/recent-refusals.js';
import type { Identity } from '../gateway/relay.js';
import type { Peer } from '../net/connection.js';
import { type DigestClaim, parseDigest } from '../policy/digest.js';
import { findPolicy, type Policy } from '../policy/policy.js';
import {
  type AmiAnswer,
  type AmiRequest,
  answerFor,
  answerWith,
  badRequest,
  ERROR_TYPE,
  errorAnswer,
  PERMISSION_DENIED,
  TOO_MANY_SESSIONS,
  UNAUTHORIZED,
} from './ami-answer.js';
import { newCookieId, setCookie } from './cookie.js';
import { DigestSessions } from './digest-sessions.js';
import type { Outcome } from './http-connection.js';
import { type HttpSession, HttpSessions, type HttpSessionsDeps, type HttpSessionsSettings } from './http-sessions.js';
import { messageOf } from './parameters.js';

export interface AmiRequestsDeps extends HttpSessionsDeps, DigestLoginDeps {
  readonly identity: () => Identity;
  /** For operators: who was turned away at the door. */
  readonly refusals: RecentRefusals;
}

/** Sessions and nonces are looked through this often, as in Asterisk. */
const SWEEP_MS = 5000;
/** Asterisk's realm where asterisk.conf does not name the system. */
const DEFAULT_REALM = 'asterisk';

type RefusedRequest = Extract<DigestVerdict, { readonly kind: 'refused' }>;

export class AmiRequests {
  readonly #deps: AmiRequestsDeps;
  readonly #settings: () => HttpSessionsSettings;
  readonly #sessions: HttpSessions;
  readonly #digests: DigestSessions;
  #sweeper: NodeJS.Timeout | null = null;

  constructor(deps: AmiRequestsDeps, settings: () => HttpSessionsSettings) {
    this.#deps = deps;
    this.#settings = settings;
    this.#sessions = new HttpSessions(deps, settings);
    this.#digests = new DigestSessions(deps.nowMs);
  }

  start(): void {
    this.#sweeper = setInterval(() => {
      this.#sessions.sweep();
      this.#digests.sweep();
    }, SWEEP_MS);
  }

  stop(): void {
    if (this.#sweeper !== null) clearInterval(this.#sweeper);
  }

  /** Sessions that have not logged in. */
  get unauthenticatedCount(): number {
    return this.#sessions.unauthenticatedCount;
  }

  answer(request: AmiRequest): Promise<AmiAnswer> {
    return request.route.access === 'cookie' ? this.#answerByCookie(request) : this.#answerByDigest(request);
  }

  async #answerByCookie(request: AmiRequest): Promise<AmiAnswer> {
    // HEAD asks what GET would answer; it must not do what GET would do.
    if (request.method === 'HEAD') return answerWith(request, '');
    const message = messageOf(request.parameters);
    if (!message.ok) return errorAnswer(badRequest(message.failure));
    const { cookieId, peer } = request;
    const known = cookieId === null ? null : this.#sessions.find(cookieId, peer);
    const found = known ?? this.#sessions.open(peer);
    if (found === null) return errorAnswer(TOO_MANY_SESSIONS);
    const wasLoggedIn = isLoggedIn(found);
    const outcome = await this.#submit(found, message.value, request);
    // The session was over before its turn: the request is that of a client without one.
    if (outcome.kind === 'not-begun') return this.#answerByCookie({ ...request, cookieId: null });
    this.#sessions.prolong(found);
    // An id that was known before the login may be known to somebody else.
    if (known !== null && !wasLoggedIn && isLoggedIn(found)) this.#sessions.rename(found, newCookieId());
    return answerFor(outcome, request, this.#cookieHeaders(found, request));
  }

  #cookieHeaders({ name }: HttpSession, { peer }: AmiRequest) {
    const transport = peer.transport === 'https' ? 'https' : 'http';
    const maxAgeSeconds = Math.floor(this.#settings().timeoutMs / 1000);
    return [
      ['Set-Cookie', setCookie(name, maxAgeSeconds, transport)],
      ['Pragma', 'SuppressEvents'],
    ] as const;
  }

  async #answerByDigest(request: AmiRequest): Promise<AmiAnswer> {
    const { authorization, peer, method, target } = request;
    const claim = authorization === null ? null : parseDigest(authorization);
    if (claim === null) return this.#challenge(this.#digests.mint(), 'first');
    // Who goes on as who it is guesses nothing: its nonce was proved before.
    if (!this.#digests.continues(claim)) await this.#awaitTurn(request);
    const verdict = await authorizeRequest(this.#deps, claim, { realm: this.#realm, method }, peer);
    if (verdict.kind === 'refused') return this.#refuse(verdict, request);
    // The proof is of another request: whoever moved it here cannot make one for this.
    if (claim.uri !== target) return this.#challenge(this.#digests.mint(), 'first');
    const use = this.#digests.use(claim, verdict.policy.user);
    if (use.kind === 'stale') return this.#challenge(use.nonce, 'again');
    if (method === 'HEAD') return answerWith(request, '');
    const message = messageOf(request.parameters);
    if (!message.ok) return errorAnswer(badRequest(message.failure));
    // What was proved of an account that is another one by now is worth nothing.
    if (findPolicy(this.#deps.policies(), verdict.policy.user) !== verdict.policy) {
      return this.#challenge(this.#digests.mint(), 'again');
    }
    const found = use.session ?? this.#beginByDigest(claim, verdict.policy, peer);
    if (found === null) return errorAnswer(TOO_MANY_SESSIONS);
    found.expiresAtMs = this.#deps.nowMs() + Math.max(DIGEST_LEAST_MS, this.#settings().timeoutMs);
    return answerFor(await this.#submit(found, message.value, request), request, []);
  }

  #beginByDigest(claim: DigestClaim, policy: Policy, peer: Peer): HttpSession | null {
    const opened = this.#sessions.open(peer);
    if (opened === null) return null;
    if (!enterByDigest(opened.session, policy, claim.username)) {
      opened.session.close('login-in-use');
      return null;
    }
    this.#digests.begin(claim.nonce, opened);
    return opened;
  }

  /** Logins over HTTP are paced as those over TCP. */
  async #awaitTurn({ peer, gone }: AmiRequest): Promise<void> {
    const waitMs = this.#deps.guard.pace(peer.remote.address);
    if (waitMs > 0) await delay(waitMs, undefined, { signal: gone }).catch(() => undefined);
  }

  /** As in Asterisk, who comes from a wrong address is told so, and everybody else only to try again. */
  async #refuse({ reason, penaltyMs }: RefusedRequest, { gone }: AmiRequest): Promise<AmiAnswer> {
    if (reason === 'acl') return { ...errorAnswer(PERMISSION_DENIED), connection: 'closed' };
    await delay(penaltyMs, undefined, { signal: gone }).catch(() => undefined);
    return this.#challenge(this.#digests.mint(), 'first');
  }

  #challenge(nonce: string, attempt: 'first' | 'again'): AmiAnswer {
    const stale = attempt === 'again' ? ', stale=true' : '';
    const value = `Digest algorithm=MD5, realm="${this.#realm}", nonce="${nonce}", qop="auth", opaque="${nonce}"${stale}`;
    return { ...errorAnswer(UNAUTHORIZED), headers: [['WWW-authenticate', value], ERROR_TYPE] };
  }

  get #realm(): string {
    return this.#deps.identity().systemName?.replaceAll(/["\\]/g, '') ?? DEFAULT_REALM;
  }

  async #submit(found: HttpSession, input: DecodedInput, { peer, gone }: AmiRequest): Promise<Outcome> {
    const { outcome, abandon } = found.connection.submit(input, peer);
    if (gone.aborted) abandon();
    gone.addEventListener('abort', abandon, { once: true });
    const result = await outcome;
    gone.removeEventListener('abort', abandon);
    return result;
  }
}

/** Asterisk gives digest sessions at least this long. */
const DIGEST_LEAST_MS = 5000;

function isLoggedIn({ session }: HttpSession): boolean {
  return session.state.phase === 'authenticated';
}
