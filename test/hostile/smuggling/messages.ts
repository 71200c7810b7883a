/** Messages that two parsers may read differently, systematically: every odd thing in every place. */
import { mutated } from '../fuzz/mutate.js';
import type { Random } from '../fuzz/random.js';

/** What a smuggler wants to be run: its ActionID shows whether it was. */
export const HIDDEN_ID = 'smuggled';
const HIDDEN = `Action: CoreSettings\r\nActionID: ${HIDDEN_ID}`;

const ENDS = [
  '\r\n',
  '\n',
  '\r',
  '\r\r\n',
  '\n\r',
  '\n\n',
  '\0\r\n',
  '\r\0\n',
  ' \r\n',
  '\t\n',
  '\r\n ',
  '\v\r\n',
  '\x85',
  '\r\n\0',
];
const LINES = ['Action: DBGet', 'Family: none', 'Key: none', 'ActionID: seen'];
const NAMES = [
  'Action',
  'action',
  'ACTION',
  ' Action',
  'Action ',
  '\tAction',
  'Action\0',
  '\0Action',
  'Acti on',
  '\xa0Action',
  'Action\x01',
  '"Action"',
];
const COLONS = [':', ': ', ':\t', ':  ', ' : ', '::', ':\x1f', ':\xa0', ':\0', '', '=', ';'];
const VALUES = [
  'CoreSettings',
  'coresettings',
  ' CoreSettings',
  'CoreSettings ',
  'CoreSettings\0x',
  'CoreSettings\rX',
  '"CoreSettings"',
];
const LENGTHS = [...around(1024, 8), ...around(2048, 6), ...around(3072, 4), ...around(4096, 4)];
const COUNTS = [...around(128, 4), 256, 1000];

/** Each begins a message of its own, behind an empty line. */
export function systematicMessages(): readonly string[] {
  return [...oddEnds(), ...oddNames(), ...longLines(), ...manyLines(), ...duplicates()].map(
    (text) => `${text}\r\n\r\n`,
  );
}

/** Several messages, changed at random. */
export function randomMessage(random: Random): string {
  const corpus = [oddEnds, oddNames, manyLines, duplicates].map((make) => random.pick(make()));
  const words = [...ENDS, ...COLONS, ...VALUES, ...LINES.map((line) => `${line}\r\n`), HIDDEN, ': ', '\r\n\r\n'];
  return `${mutated(corpus, random, words)}\r\n\r\n`;
}

/** Every line end, in every place between the lines, with another message behind it. */
function oddEnds(): readonly string[] {
  return ENDS.flatMap((end) =>
    LINES.flatMap((_, place) => [
      `${LINES.map((line, at) => line + (at === place ? end : '\r\n')).join('')}`,
      `${LINES.slice(0, place + 1).join('\r\n')}${end}${HIDDEN}`,
      `${LINES.slice(0, place + 1).join('\r\n')}${end}${end}${HIDDEN}`,
      `X: value${end}${HIDDEN}\r\n${LINES.join('\r\n')}`,
    ]),
  );
}

function oddNames(): readonly string[] {
  return NAMES.flatMap((name) =>
    COLONS.flatMap((colon) => [
      ...VALUES.map((value) => `${name}${colon}${value}\r\nActionID: seen`),
      `Action: DBGet\r\n${name}${colon}CoreSettings\r\nActionID: seen`,
      `${name}${colon}CoreSettings\r\nAction: DBGet\r\nActionID: seen`,
    ]),
  );
}

/** A line of each length, with a message behind it that a shorter buffer would begin anew with. */
function longLines(): readonly string[] {
  return LENGTHS.flatMap((length) =>
    ['\r\n', '\n'].flatMap((end) => [
      `${LINES.join('\r\n')}\r\nX: ${'x'.repeat(length - 3)}${end}${HIDDEN}`,
      `Action: ${'x'.repeat(length - 8)}${end}${HIDDEN}`,
      `${'x'.repeat(length)}${end}${HIDDEN}`,
      `ActionID: ${'i'.repeat(length - 10)}${end}${LINES.join('\r\n')}`,
      `X: ${'\r'.repeat(length - 3)}${end}${HIDDEN}`,
    ]),
  );
}

/** More headers than fit, with the one that counts before, at and behind the limit. */
function manyLines(): readonly string[] {
  return COUNTS.flatMap((count) => [
    `${LINES.join('\r\n')}\r\n${'X: y\r\n'.repeat(count)}${HIDDEN}`,
    `${'X: y\r\n'.repeat(count - 1)}${LINES.join('\r\n')}`,
    `${'no colon\r\n'.repeat(count - 1)}${HIDDEN}`,
    `${'Action: DBGet\r\n'.repeat(count)}${HIDDEN}`,
  ]);
}

function duplicates(): readonly string[] {
  const pairs = [
    ['Action: DBGet', 'Action: CoreSettings'],
    ['Action:', 'Action: CoreSettings'],
    ['Action: ', 'action: Nonsense\r\nACTION: CoreSettings'],
    ['ActionID: seen', 'ActionID: other'],
    ['Family: none', 'family: other'],
    ['Key:', 'Key: none'],
  ];
  return pairs.flatMap(([one = '', other = '']) => [
    `${one}\r\n${other}\r\n${LINES.join('\r\n')}`,
    `${other}\r\n${one}\r\n${LINES.join('\r\n')}`,
    `${LINES.join('\r\n')}\r\n${one}\r\n${other}`,
    `${one}\n${other}\n${LINES.join('\n')}\n\n${HIDDEN}`,
  ]);
}

function around(length: number, distance: number): readonly number[] {
  return Array.from({ length: distance * 2 + 1 }, (_, index) => length - distance + index);
}
