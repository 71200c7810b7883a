import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { RESTART_ONLY } from '../../src/app/restart-only.js';
import { GATEWAY_KEYS } from '../../src/config/gateway-schema.js';
import { GENERAL_OPTIONS } from '../../src/config/general-options.js';

const page = readFileSync(new URL('../../docs/reload.md', import.meta.url), 'utf8');
const rows = page.split('\n').filter((line) => line.startsWith('| '));
const keys = [...GATEWAY_KEYS].flatMap(([section, names]) => names.map((name) => [section, name] as const));
const general = [...GENERAL_OPTIONS.keys()].filter((name) => !name.startsWith('ssl') && name !== 'tlscert');

/** Of gateway.conf: section and keys of one row of the table. */
function keysIn(row: string): readonly string[] {
  const cell = row.split(' | ').at(-1) ?? '';
  return cell
    .split(/(?=`\[)/)
    .flatMap((part) => [...part.matchAll(/`([a-z_]+)`/g)].map(([, key]) => `${/`(\[\w+\])`/.exec(part)?.[1]} ${key}`));
}

it.each(keys)('tells when [%s] %s is in force', (section, name) => {
  const found = rows.flatMap(keysIn).filter((key) => key === `[${section}] ${name}`);

  expect(found).toHaveLength(1);
});

it.each(general)('tells when %s of [general] is in force', (name) => {
  expect(rows.filter((row) => row.includes(`\`${name}\``) || row.includes(`\`${name} = no\``))).not.toHaveLength(0);
});

it('names as needing a restart what the gateway leaves as it is, and nothing else', () => {
  const row = rows.find((line) => line.startsWith('| after a restart')) ?? '';

  expect(keysIn(row)).toEqual(RESTART_ONLY.map(([name]) => name));
});
