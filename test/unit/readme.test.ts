import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { DANGERS } from '../../src/config/danger.js';
import { GATEWAY_KEYS } from '../../src/config/gateway-schema.js';
import { METRIC_ROWS } from '../../src/telemetry/metrics.js';
import { EXCEPTIONS } from '../asterisk/differential/exceptions.js';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

it.each(METRIC_ROWS.map((row) => row.name))('the README explains the metric %s', (name) => {
  expect(readme).toContain(`| \`${name}\` |`);
});

const keys = [...GATEWAY_KEYS].flatMap(([section, names]) => names.map((name) => ({ section, name })));

it.each(keys)('the README explains [$section] $name', ({ name }) => {
  expect(readme).toContain(`\`${name}\``);
});

it.each(EXCEPTIONS)('the README tells where answers differ: $reason', ({ reason }) => {
  expect(readme).toContain(reason.replaceAll('|', '\\|'));
});

it.each(Object.keys(DANGERS))('the README says what to do about the danger %s', (name) => {
  expect(readme).toMatch(new RegExp(`^\\| [^|]*\`${name}\`[^|]* \\|`, 'm'));
});
