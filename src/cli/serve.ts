/** `ami-gateway serve`: runs the gateway until a signal ends it. */
import { App } from '../app.js';
import { type Config, type LoadedConfig, loadConfig } from '../config/load.js';
import { formatProblem } from '../config/problem.js';
import { type Log, makeLogger, standardOutput } from '../telemetry/logger.js';
import { makeMetrics } from '../telemetry/metrics.js';
import { findDescriptorShortage } from './descriptors.js';
import { dropPrivileges } from './privileges.js';

export interface ServeOptions {
  readonly dir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  /** Where problems of the configuration are told. */
  readonly tell: (line: string) => void;
}

/** Resolves with the exit code: 1 when the configuration or a port does not allow to start, 0 after a signal to stop. */
export async function serve(options: ServeOptions): Promise<0 | 1> {
  const loaded = loadConfig(options.dir, options.env);
  const errors = tellProblems(loaded, options.tell);
  const { config } = loaded;
  if (config === null || errors > 0) {
    options.tell(`${errors} error${errors === 1 ? '' : 's'} in the configuration: nothing was started`);
    return 1;
  }
  const telemetry = makeMetrics();
  const output = standardOutput(() => telemetry.metrics.logLinesDropped.inc());
  const log = makeLogger(config.gateway.log.level, output);
  telemetry.metrics.buildInfo.set({ version: options.version }, 1);
  const nowMs = () => performance.timeOrigin + performance.now();
  const { stamps } = loaded;
  const load = () => {
    const again = loadConfig(options.dir, options.env);
    return { ...again, config: again.config === null ? null : withinDescriptors(again.config, log) };
  };
  const deps = { log, telemetry, nowMs, random: Math.random, load, stamps };
  const app = new App(deps, withinDescriptors(config, log));
  process.on('SIGHUP', () => void app.reload());
  // Always taken: without a handler Node would open its debugger on this signal.
  process.on('SIGUSR1', () => app.reopenLogs());
  const signal = nextSignal();
  const started = await Promise.race([app.start(), signal]);
  if (typeof started === 'string') return stop(app, started);
  if (!started.ok) {
    log.error({ detail: started.failure }, 'cannot start');
    await app.stop();
    return 1;
  }
  const dropped = dropPrivileges(config.gateway.process);
  if (!dropped.ok) {
    log.error({ detail: dropped.failure }, 'cannot start');
    await app.stop();
    return 1;
  }
  if (dropped.value === 'root') log.warn('running as root: set user in [process], or start as another user');
  else if (dropped.value !== null) log.info(dropped.value, 'root was given up');
  return stop(app, await signal);

  async function stop(running: App, name: string): Promise<0> {
    log.info({ signal: name }, 'stopping');
    await running.drain();
    await running.stop();
    log.info('stopped');
    return 0;
  }
}

/** With no more sessions than the descriptors of the process suffice for. */
function withinDescriptors(config: Config, log: Log): Config {
  const { gateway } = config;
  const shortage = findDescriptorShortage(gateway, config.general.authLimit);
  if (shortage === null) return config;
  log.warn(shortage, 'fewer file descriptors than max_sessions needs: raise the limit (ulimit -n)');
  const { maxSessions } = shortage;
  return { ...config, gateway: { ...gateway, sessions: { ...gateway.sessions, maxSessions } } };
}

function tellProblems(loaded: LoadedConfig, tell: (line: string) => void): number {
  for (const problem of loaded.problems) tell(formatProblem(problem));
  return loaded.problems.filter((problem) => problem.severity === 'error').length;
}

/** The first SIGTERM or SIGINT; a second one ends the process at once. */
function nextSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) {
      process.once(name, () => {
        for (const second of ['SIGTERM', 'SIGINT'] as const) process.on(second, () => process.exit(1));
        resolve(name);
      });
    }
  });
}
