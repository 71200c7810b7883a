/** The few settings that a running process cannot take over: a reload leaves them as they are, and says so. */
import type { GatewaySettings } from '../config/gateway-settings.js';
import type { Config } from '../config/load.js';

type ReadSetting = (settings: GatewaySettings) => string | number | null;

/** By their names in gateway.conf. */
export const RESTART_ONLY: readonly (readonly [name: string, read: ReadSetting])[] = [
  ['[state] redis', ({ state }) => state.redisUrl],
  ['[state] redis_timeout', ({ state }) => state.redisTimeoutMs],
  ['[admin] socket', ({ admin }) => (admin.kind === 'socket' ? admin.path : null)],
  ['[admin] bindaddr', ({ admin }) => (admin.kind === 'port' ? admin.bindAddress : null)],
  ['[admin] port', ({ admin }) => (admin.kind === 'port' ? admin.port : null)],
  ['[admin] secret_file', ({ admin }) => (admin.kind === 'port' ? admin.secret : null)],
  ['[process] user', ({ process }) => process.user],
  ['[process] group', ({ process }) => process.group],
];

export interface Adaptation {
  /** The new configuration with what needs a restart as it was. */
  readonly config: Config;
  /** What was to change and does not. */
  readonly needsRestart: readonly string[];
}

export function keepRestartOnly(before: Config, after: Config): Adaptation {
  const changed = RESTART_ONLY.filter(([, read]) => read(before.gateway) !== read(after.gateway));
  const { state, admin, process } = before.gateway;
  return {
    config: { ...after, gateway: { ...after.gateway, state, admin, process } },
    needsRestart: changed.map(([name]) => name),
  };
}
