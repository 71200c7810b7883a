/** What operators do to the running gateway. Each act is logged with who did it and what came of it. */
import type { Result } from '../lib/result.js';
import { canonicalAddress, networkOf } from '../policy/client-address.js';
import { compileNetworks, containsAddress } from '../policy/networks.js';
import { userKey } from '../policy/policy.js';
import type { Log } from '../telemetry/logger.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { ActionHold } from './action-hold.js';
import type { Ban } from './known-bans.js';
import type { LoginGuard } from './login-guard.js';
import type { ReloadReport } from './reload-report.js';
import type { OpenSession, SessionRegistry } from './session-registry.js';

/** Who acts. The system proves that it is somebody who may; the name is what the command says of itself. */
export interface Operator {
  readonly name: string;
  readonly uid: number | null;
  readonly via: 'socket' | 'port';
}

/** Which sessions are meant; a `user` is bytes, as everywhere inside. */
export type SessionSelector =
  | { readonly by: 'session'; readonly id: string }
  | { readonly by: 'user'; readonly user: string }
  /** An address or a network, such as 192.0.2.0/24. */
  | { readonly by: 'address'; readonly address: string };

/** What is lifted: all at an address, all of a user, or the lock of a user at an address. */
export interface BanSelector {
  readonly address: string | null;
  readonly user: string | null;
}

export interface AdministrationDeps {
  readonly registry: Pick<SessionRegistry, 'sessions'>;
  readonly guard: Pick<LoginGuard, 'bans' | 'lift'>;
  readonly hold: ActionHold;
  readonly reload: () => Promise<Result<ReloadReport>>;
  readonly log: Log;
  readonly metrics: Metrics;
}

export type PauseOutcome = 'paused' | 'was-paused' | 'busy';

export class Administration {
  readonly #deps: AdministrationDeps;

  constructor(deps: AdministrationDeps) {
    this.#deps = deps;
  }

  /** Closes these sessions; the result is how many there were. */
  kick(operator: Operator, selector: SessionSelector): number {
    const isMeant = matcherOf(selector);
    const sessions = this.#deps.registry.sessions.filter(isMeant);
    const { by: _, ...named } = selector;
    const ids = sessions.map(({ status }) => status.id).slice(0, MOST_LOGGED);
    this.#audit(operator, 'kick', { ...named, sessions: ids, count: sessions.length });
    for (const session of sessions) session.close('kicked');
    return sessions.length;
  }

  /** Ends bans and locks and forgets the failures behind them; the result is what was in force. */
  async unban(operator: Operator, selector: BanSelector): Promise<readonly Ban[]> {
    const lifted: Ban[] = [];
    for (const ban of this.#bansOf(selector)) if (await this.#deps.guard.lift(ban)) lifted.push(ban);
    this.#audit(operator, 'unban', { ...selector, count: lifted.length });
    return lifted;
  }

  /** Holds new actions back and waits until none is in flight. Where that takes too long, nothing is paused. */
  async pause(operator: Operator, timeoutMs: number, signal: AbortSignal): Promise<PauseOutcome> {
    const { hold, metrics } = this.#deps;
    const wasPaused = hold.isPaused;
    hold.pause();
    metrics.paused.set(1);
    const isIdle = await hold.waitUntilIdle(timeoutMs, signal);
    const outcome = isIdle ? (wasPaused ? 'was-paused' : 'paused') : 'busy';
    if (!isIdle && !wasPaused) this.#release();
    this.#audit(operator, 'pause', { outcome });
    return outcome;
  }

  /** Lets go what was held; the result is how many that were, or `null` where nothing was paused. */
  resume(operator: Operator): number | null {
    const { hold } = this.#deps;
    const held = hold.isPaused ? hold.heldCount : null;
    this.#release();
    this.#audit(operator, 'resume', { held });
    return held;
  }

  async reload(operator: Operator): Promise<Result<ReloadReport>> {
    const reloaded = await this.#deps.reload();
    this.#audit(operator, 'reload', { outcome: reloaded.ok ? 'reloaded' : 'refused' });
    return reloaded;
  }

  #release(): void {
    this.#deps.hold.resume();
    this.#deps.metrics.paused.set(0);
  }

  /** Where both are named it need not be known here: another gateway may have locked it. */
  #bansOf({ address, user }: BanSelector): readonly Ban[] {
    const network = address === null ? null : networkOf(address);
    if (network !== null && user !== null) return [{ kind: 'account', network, user }];
    const known = this.#deps.guard.bans.map(({ ban }) => ban);
    if (network !== null) {
      return [
        { kind: 'address', network },
        ...known.filter((ban) => ban.kind === 'account' && ban.network === network),
      ];
    }
    if (user === null) return [];
    const ofUser = known.filter((ban) => ban.kind === 'account' && userKey(ban.user) === userKey(user));
    return [...ofUser, { kind: 'slow', user }];
  }

  #audit(operator: Operator, command: string, facts: Readonly<Record<string, unknown>>): void {
    const { name, uid, via } = operator;
    this.#deps.log.warn({ command, operator: name, uid, via, ...facts }, 'admin command');
  }
}

/** A line of the log must not grow with the sessions. */
const MOST_LOGGED = 20;

function matcherOf(selector: SessionSelector): (session: OpenSession) => boolean {
  switch (selector.by) {
    case 'session':
      return ({ status }) => status.id === selector.id;
    case 'user':
      return ({ status }) => status.user !== null && userKey(status.user) === userKey(selector.user);
    case 'address': {
      const networks = compileNetworks(selector.address);
      return ({ status }) =>
        networks.ok && containsAddress(networks.value, canonicalAddress(status.peer.remote.address));
    }
  }
}
