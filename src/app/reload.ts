/**
 * A new configuration for a gateway that runs: all of it, or nothing.
 *
 *     load ──► upstream account logs in ──► files and ports open ──► in force: sessions, limits, listeners, upstream
 *        └───────────────┴──────────────────────────┴──► refused: the old one stays whole, every problem is told
 */
import type { Config } from '../config/load.js';
import { formatProblem, type Problem } from '../config/problem.js';
import type { ReloadReport } from '../gateway/reload-report.js';
import { fail, type Result, succeed } from '../lib/result.js';
import { type AppDeps, allOf, type PreparedChange } from './app-deps.js';
import { guardSettingsOf } from './limits.js';
import type { Parts } from './parts.js';
import { keepRestartOnly } from './restart-only.js';

/** Why nothing was changed, as `file:line: message` where there is a file. */
export type ReloadProblems = readonly string[];

/** Where the configuration in force stands. */
export interface ConfigSlot {
  current: Config;
}

export class Reloader {
  readonly #deps: AppDeps;
  readonly #parts: Parts;
  readonly #slot: ConfigSlot;
  #turn: Promise<unknown> = Promise.resolve();
  #isStopped = false;

  constructor(deps: AppDeps, parts: Parts, slot: ConfigSlot) {
    this.#deps = deps;
    this.#parts = parts;
    this.#slot = slot;
  }

  /** One after the other; each reads the files anew. */
  reload(read: AppDeps['load']): Promise<Result<ReloadReport, ReloadProblems>> {
    return this.inTurn(() => this.#reload(read));
  }

  /** Acts while no reload is under way. */
  inTurn<Value>(act: () => Promise<Value>): Promise<Value> {
    const done = this.#turn.then(act);
    this.#turn = done;
    return done;
  }

  /** Whatever is under way is given up. */
  stop(): void {
    this.#isStopped = true;
  }

  async #reload(read: AppDeps['load']): Promise<Result<ReloadReport, ReloadProblems>> {
    if (this.#isStopped) return fail(['the gateway is stopping']);
    const { config, problems } = read();
    const warnings = problems.filter(({ severity }) => severity === 'warning').map(formatProblem);
    const errors = problems.filter(({ severity }) => severity === 'error');
    if (config === null || errors.length > 0) return this.#refuse(linesOf(errors));
    const adapted = keepRestartOnly(this.#slot.current, config);
    const prepared = await this.#prepare(adapted.config);
    if (!prepared.ok) return this.#refuse([prepared.failure]);
    if (this.#isStopped) {
      await prepared.value.abandon();
      return fail(['the gateway is stopping']);
    }
    const closedSessions = this.#commit(adapted.config, prepared.value);
    const report = { closedSessions, needsRestart: adapted.needsRestart, warnings };
    this.#tell(report);
    return succeed(report);
  }

  /** What can fail, fails here: the slowest first, what clients would notice last. */
  async #prepare(config: Config): Promise<Result<PreparedChange>> {
    const { upstream, securityFile, auditFile, entrances } = this.#parts;
    const tried = await upstream.try(config);
    if (!tried.ok) return tried;
    const changes: PreparedChange[] = [];
    for (const part of [securityFile, auditFile, entrances]) {
      const prepared = await part.prepare(config);
      if (!prepared.ok) {
        await allOf(changes).abandon();
        return prepared;
      }
      changes.push(prepared.value);
    }
    return succeed(allOf(changes));
  }

  /** In one go: nobody sees half of it. Returns how many sessions it ended. */
  #commit(config: Config, prepared: PreparedChange): number {
    const { registry, upstream, guard } = this.#parts;
    const { log, telemetry } = this.#deps;
    const before = this.#slot.current;
    this.#slot.current = config;
    void prepared.commit();
    guard.adopt(guardSettingsOf(config));
    const { sessions, count } = registry;
    for (const session of sessions) session.adopt(config.policies);
    const closed = count - registry.count;
    for (const [key, { user }] of before.policies.users) {
      if (!config.policies.users.has(key)) telemetry.metrics.userSessions.remove({ user });
    }
    upstream.adopt(before);
    const { level } = config.gateway.log;
    if (level !== before.gateway.log.level) log.level = level;
    return closed;
  }

  #refuse(problems: ReloadProblems): { readonly ok: false; readonly failure: ReloadProblems } {
    const { log, telemetry } = this.#deps;
    telemetry.metrics.lastReloadSuccessful.set(0);
    telemetry.metrics.reloads.inc({ result: 'refused' });
    for (const problem of problems) log.error({ problem }, 'configuration problem');
    log.error({ problems: problems.length }, 'configuration not reloaded, the old one stays');
    return fail(problems);
  }

  #tell({ closedSessions, needsRestart, warnings }: ReloadReport): void {
    const { log, telemetry, nowMs } = this.#deps;
    const { metrics } = telemetry;
    metrics.lastReloadSuccessful.set(1);
    metrics.lastReloadSuccess.set(nowMs() / 1000);
    metrics.reloads.inc({ result: 'success' });
    metrics.restartNeeded.set(needsRestart.length);
    for (const problem of warnings) log.warn({ problem }, 'configuration problem');
    for (const setting of needsRestart) log.warn({ setting }, 'setting is as before: it needs a restart');
    log.info({ users: this.#slot.current.policies.users.size, closedSessions }, 'configuration reloaded');
  }
}

/** A file without a configuration in it has problems; should it ever have none, this is one. */
function linesOf(errors: readonly Problem[]): ReloadProblems {
  return errors.length === 0 ? ['the configuration cannot be used'] : errors.map(formatProblem);
}
