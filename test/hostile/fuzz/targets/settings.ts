/** gateway.conf and http.conf: an error means no configuration, and no number gets out of its bounds. */

import { succeed } from '../../../../src/lib/result.js';
import { compileInMemory, UPSTREAM_ACCOUNT } from '../../../unit/config/in-memory.js';
import { CONF_WORDS, joinFiles, shippedConf, splitFiles } from '../conf-texts.js';
import { mutated } from '../mutate.js';
import type { FuzzTarget } from '../target.js';

const MANAGER = '[general]\nenabled = yes\nwebenabled = yes\n[u]\nsecret = s\n';

/** Every key that is explained in a comment, switched on. */
function withComments(text: string): string {
  return text.replace(/^; ?([a-z_]+ *=)/gm, '$1');
}

const TEXTS: readonly string[] = [
  joinFiles({ 'gateway.conf': shippedConf('gateway.conf'), 'http.conf': shippedConf('http.conf') }),
  joinFiles({
    'gateway.conf': withComments(shippedConf('gateway.conf')),
    'http.conf': withComments(shippedConf('http.conf')),
  }),
];

const WORDS: readonly string[] = [
  ...CONF_WORDS,
  ...[
    '0',
    '-1',
    '1',
    '99999999999999999999',
    '1e9',
    '0x10',
    ' 5',
    '5s',
    '1.5',
    'NaN',
    'Infinity',
    'yes',
    'no',
    'maybe',
  ],
  ...['10s', '1h', '500ms', '1M', '64k', '10.0.0.0/8', '::/0', '/33', 'port = ', 'bindaddr = ', 'enabled = yes', '[x]'],
];

export const settings: FuzzTarget = {
  name: 'gateway.conf and http.conf: errors refuse, numbers stay in bounds',
  inputs: 30_000,
  make: (random) => mutated(TEXTS, random, WORDS),
  judge: (input) => {
    const files = { ...splitFiles(input), 'manager.conf': MANAGER };
    const { config, problems } = compileInMemory(files, UPSTREAM_ACCOUNT, () => succeed('text'));
    const errors = problems.filter(({ severity, file }) => severity === 'error' && file !== 'manager.conf');
    if (config === null) return errors.length > 0 ? null : 'refused without a reason';
    const [error] = errors.filter(({ file }) => file === 'gateway.conf' || file === 'http.conf');
    if (error !== undefined) return `in use in spite of ${error.message}`;
    return judgeNumbers(config.gateway, 'gateway') ?? judgeNumbers(config.http ?? {}, 'http');
  },
};

function judgeNumbers(value: unknown, path: string): string | null {
  if (typeof value === 'number') {
    const isPort = /port$/i.test(path);
    const isSane = Number.isFinite(value) && value >= 0 && (!isPort || value <= 65_535);
    return isSane ? null : `${path} is ${value}`;
  }
  if (typeof value !== 'object' || value === null) return null;
  const faults = Object.entries(value).map(([key, inner]) => judgeNumbers(inner, `${path}.${key}`));
  return faults.find((fault) => fault !== null) ?? null;
}
