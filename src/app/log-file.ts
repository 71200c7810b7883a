/** The security log or the audit log, in whichever file the configuration names. */
import type { Config } from '../config/load.js';
import { type Result, succeed } from '../lib/result.js';
import { type FilePurpose, SecurityLog, type SecurityLogDeps } from '../telemetry/security-log.js';
import { NO_CHANGE, type PreparedChange } from './app-deps.js';

export interface LogFileSettings {
  readonly purpose: FilePurpose;
  /** `null` for no such log. */
  readonly fileOf: (config: Config) => string | null;
}

export class LogFile {
  readonly #deps: SecurityLogDeps;
  readonly #settings: LogFileSettings;
  #file: string | null = null;
  #log: SecurityLog | null = null;

  constructor(deps: SecurityLogDeps, settings: LogFileSettings) {
    this.#deps = deps;
    this.#settings = settings;
  }

  /** `null` where no file is set. */
  get log(): SecurityLog | null {
    return this.#log;
  }

  /** Opens the file of the configuration. */
  async start(config: Config): Promise<Result<void>> {
    const prepared = await this.prepare(config);
    if (!prepared.ok) return prepared;
    await prepared.value.commit();
    return succeed(undefined);
  }

  /** Opens another file beside the one in use; fails where it cannot be opened. */
  async prepare(config: Config): Promise<Result<PreparedChange>> {
    const file = this.#settings.fileOf(config);
    if (file === this.#file) return succeed(NO_CHANGE);
    const next = file === null ? null : new SecurityLog(this.#deps, file, this.#settings.purpose);
    const started = await next?.start();
    if (started !== undefined && !started.ok) return started;
    return succeed({
      commit: async () => {
        const old = this.#log;
        [this.#file, this.#log] = [file, next];
        await old?.stop();
      },
      abandon: async () => next?.stop(),
    });
  }

  async stop(): Promise<void> {
    await this.#log?.stop();
  }
}
