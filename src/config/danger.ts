/** What is valid and unwise: reported by `ami-gateway check`, each kind by a name with which it can be accepted. */
import type { Problem } from './problem.js';
import { type Place, warningAt } from './report.js';

/** Every kind, with what is dangerous about it. */
export const DANGERS = {
  'open-account': 'an account that can change something may be used from every address',
  'all-actions': '`write = all`',
  originate: 'an account may call everything, in every context',
  command: 'an account may run every CLI command',
  system: 'an account holds the class `system`',
  config: 'an account holds the class `config`',
  agi: 'an account holds the class `agi`',
  'short-secret': 'a secret of less than 12 bytes',
  'shared-secret': 'two accounts with the same secret',
  'plain-listener': 'AMI without TLS on a public address, or on all addresses',
  'plain-http': 'AMI over HTTP without TLS on a public address, or on all addresses',
  'plain-upstream': 'Asterisk on another machine, without TLS',
  'open-metrics': 'metrics on a public address, or on all addresses',
  'no-bans': 'guessers are not banned, and not only this machine can connect',
  'readable-file': 'other users of the machine can read a file with secrets',
  'writable-file': 'other users of the machine can write a file of the configuration',
} as const satisfies Record<string, string>;

export type DangerName = keyof typeof DANGERS;

export interface Danger extends Problem {
  readonly name: DangerName;
}

/** The hint says what to do. */
export function danger(name: DangerName, place: Place, message: string, hint: string): Danger {
  return { ...warningAt(place, message, hint), name };
}
