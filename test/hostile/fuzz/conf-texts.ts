/** What the fuzzers of configuration files begin with: files that are shipped, files of the tests, and the cases. */
import { readdirSync, readFileSync } from 'node:fs';
import { filesOf, readConfCases } from '../../unit/config/conf-cases.js';

/** Texts of the files with these names in a folder of the repository. */
function textsIn(folder: string): readonly string[] {
  const url = new URL(`../../../${folder}/`, import.meta.url);
  return readdirSync(url)
    .filter((name) => name.endsWith('.conf'))
    .map((name) => readFileSync(new URL(name, url), 'latin1'));
}

export const CONF_TEXTS: readonly string[] = [
  ...textsIn('test/asterisk/conf'),
  ...textsIn('config'),
  ...readConfCases('grammar').flatMap((one) => [...filesOf(one).values()]),
];

export function shippedConf(name: string): string {
  return readFileSync(new URL(`../../../config/${name}`, import.meta.url), 'latin1');
}

export const CONF_WORDS: readonly string[] = [
  ...[
    '[',
    ']',
    '(',
    ')',
    '(!)',
    '(+)',
    '(a)',
    '[a]',
    '[general]',
    '=',
    '=>',
    '+=',
    ';',
    ';--',
    '--;',
    '\\',
    '\\;',
    '"',
  ],
  ...['#include main.conf', '#include "one.conf"', '#tryinclude x', '#exec ls', '\n', '\r\n', '\0', ' ', '\t', ','],
  ...['\xef\xbb\xbf', '$', '%', '*', '{a,b}', '\n[b](a)\n', '\nk = v\n', 'template', '!'],
];

/** Several files as one input, so that an input stays one text. */
const BETWEEN_FILES = '\n#### ';

export function joinFiles(files: Readonly<Record<string, string>>): string {
  return Object.entries(files)
    .map(([name, text]) => `${BETWEEN_FILES}${name}\n${text}`)
    .join('');
}

export function splitFiles(input: string): Readonly<Record<string, string>> {
  const parts = input.split(BETWEEN_FILES).slice(1);
  return Object.fromEntries(
    parts.map((part) => {
      const end = part.indexOf('\n');
      return end < 0 ? [part, ''] : [part.slice(0, end), part.slice(end + 1)];
    }),
  );
}
