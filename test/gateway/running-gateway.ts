/** The real gateway in this process, before a scripted Asterisk. */
import type { App } from '../../src/app.js';
import { makeMetrics, type Telemetry } from '../../src/telemetry/metrics.js';
import { type AmiClient, connectAmi } from '../asterisk/ami-client.mjs';
import { startGateway } from '../asterisk/side-by-side.js';
import { ScriptedAsterisk } from './scripted-asterisk.js';

export interface RunningGateway {
  readonly asterisk: ScriptedAsterisk;
  readonly app: App;
  readonly telemetry: Telemetry;
  connect(): Promise<AmiClient>;
  /** Connects and logs in; what came with the login is read. */
  logIn(user: string, more?: Readonly<Record<string, string>>): Promise<AmiClient>;
  stop(): Promise<void>;
}

export interface RunningSettings {
  readonly users?: string;
  readonly general?: string;
  readonly gatewayConf?: string;
}

const USERS = `
[admin]
secret = s
read = all
write = all

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
  const app = await startGateway(asterisk.port, { users: USERS, ...settings }, telemetry);
  const connect = () => connectAmi({ port: app.port });
  return {
    asterisk,
    app,
    telemetry,
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
