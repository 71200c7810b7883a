/** The real gateway in this process, before a scripted Asterisk. */
import { vi } from 'vitest';
import type { App } from '../../src/app.js';
import { makeLogger } from '../../src/telemetry/logger.js';
import { makeMetrics, type Telemetry } from '../../src/telemetry/metrics.js';
import { type AmiClient, connectAmi } from '../asterisk/ami-client.mjs';
import { ADMIN_SECTION, startGateway } from '../asterisk/side-by-side.js';
import { ScriptedAsterisk } from './scripted-asterisk.js';

export type LogLine = Readonly<Record<string, unknown>>;

export interface RunningGateway {
  readonly asterisk: ScriptedAsterisk;
  readonly app: App;
  readonly telemetry: Telemetry;
  /** Every log line until now, as it would be printed. */
  readonly logLines: readonly LogLine[];
  /** Rewrites files of the configuration, and has them read again. */
  reload(change: RunningSettings): ReturnType<App['reload']>;
  /** Waits until a line with these fields is logged. */
  logged(fields: LogLine): Promise<LogLine>;
  connect(): Promise<AmiClient>;
  /** Connects and logs in; what came with the login is read. */
  logIn(user: string, more?: Readonly<Record<string, string>>): Promise<AmiClient>;
  stop(): Promise<void>;
}

export interface RunningSettings {
  readonly users?: string;
  readonly general?: string;
  readonly gatewayConf?: string;
  readonly bindaddr?: string;
  /** Turns AMI over HTTP on; lines of http.conf. */
  readonly httpConf?: string | undefined;
}

const LOG_TIMEOUT = { timeout: 10_000, interval: 20 } as const;

const USERS = `
${ADMIN_SECTION}
[reader]
secret = s
read = user
write = system

[quiet]
secret = s
write = all
`;

export async function runGateway(settings: RunningSettings = {}): Promise<RunningGateway> {
  const asterisk = new ScriptedAsterisk();
  await asterisk.start();
  const telemetry = makeMetrics();
  const logLines: LogLine[] = [];
  const log = makeLogger('debug', { write: (line) => logLines.push(JSON.parse(line)) });
  let files = { users: USERS, ...settings };
  const app = await startGateway(asterisk.port, () => files, telemetry, log);
  const connect = () => connectAmi({ port: app.port });
  return {
    asterisk,
    app,
    telemetry,
    logLines,
    reload: (change) => {
      files = { ...files, ...change };
      return app.reload();
    },
    logged: (fields) =>
      vi.waitFor(() => {
        const wanted = Object.entries(fields);
        const found = logLines.find((line) => wanted.every(([key, value]) => line[key] === value));
        if (found === undefined) throw new Error(`not logged: ${JSON.stringify(fields)}`);
        return found;
      }, LOG_TIMEOUT),
    connect,
    logIn: async (user, more = {}) => {
      const client = await connect();
      const answer = await client.login(user, 's', more);
      if (!answer.includes('Authentication accepted')) throw new Error(answer);
      await client.barrier();
      return client;
    },
    stop: async () => {
      await app.stop();
      await asterisk.stop();
    },
  };
}

/** A UserEvent as Asterisk broadcasts it. */
export function userEvent(name: string): string {
  return `Event: UserEvent\r\nPrivilege: user,all\r\nUserEvent: ${name}\r\n\r\n`;
}

/** A metric's value with these labels; 0 when it was never counted. */
export async function metric(
  telemetry: Telemetry,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  const found = await telemetry.registry.getSingleMetric(`ami_gateway_${name}`)?.get();
  const wanted = Object.entries(labels);
  return found?.values.find((value) => wanted.every(([key, text]) => value.labels[key] === text))?.value ?? 0;
}

/** The value of a line of /metrics, such as `upstream_up` or `sessions{state="authenticated"}`; null without one. */
export async function scrape(app: App, line: string): Promise<number | null> {
  const response = await fetch(`http://127.0.0.1:${app.metricsPort}/metrics`);
  const text = await response.text();
  const found = text.split('\n').find((row) => row.startsWith(`ami_gateway_${line} `));
  return found === undefined ? null : Number(found.split(' ').at(-1));
}

/** The status of an admin route. */
export async function statusOf(app: App, route: '/readyz' | '/livez'): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${app.metricsPort}${route}`);
  await response.text();
  return response.status;
}
