import { compileConfig, type LoadedConfig } from '../../../src/config/compile-config.js';
import type { Environment } from '../../../src/config/gateway-values.js';
import { fail, type Result } from '../../../src/lib/result.js';
import { resolveIn } from './conf-cases.js';

/** The environment that makes a gateway.conf unnecessary. */
export const UPSTREAM_ACCOUNT: Environment = {
  AMI_GATEWAY_UPSTREAM_USERNAME: 'gateway',
  AMI_GATEWAY_UPSTREAM_SECRET: 's3cret-of-gateway',
};

/** Compiles a configuration without a disk: files by name. */
export function compileInMemory(
  files: Readonly<Record<string, string>>,
  environment: Environment = UPSTREAM_ACCOUNT,
  readSecretFile: (name: string) => Result<string> = () => fail('ENOENT'),
): LoadedConfig {
  const resolve = resolveIn(new Map(Object.entries(files)));
  return compileConfig({ resolve, environment, readSecretFile, nameOf: (file) => file });
}
