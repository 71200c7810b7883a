import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfFile } from '../../../src/config/conf-file.js';
import type { Problem } from '../../../src/config/problem.js';
import { anyText, confFiles } from './conf-arbitrary.js';
import { filesOf, readConfCases, resolveIn } from './conf-cases.js';
import { textOf } from './conf-text.js';

describe('the configuration grammar', () => {
  it.each(readConfCases('grammar'))('$title', (one) => {
    const parsed = parse(filesOf(one));

    expect(parsed.text).toBe(one.parts.get('result'));
    expect([...new Set(parsed.problems.map(placeOf))].join('\n')).toBe(one.parts.get('problems') ?? '');
  });

  it('says which file is missing', () => {
    expect(parseConfFile('main.conf', () => [])).toEqual({ kind: 'missing' });
  });

  it('refuses a file that cannot be read, and says why', () => {
    const parsed = parseConfFile('main.conf', () => [{ kind: 'unreadable', path: 'main.conf', reason: 'EACCES' }]);

    expect(parsed).toMatchObject({
      kind: 'invalid',
      problems: [{ file: 'main.conf', message: 'cannot be read: EACCES' }],
    });
  });

  it('remembers the file and line of what was inherited', () => {
    const files = new Map([
      ['main.conf', '#include t.conf\n[a](t)\nk=2'],
      ['t.conf', '[t](!)\nk=1'],
    ]);

    const parsed = parseConfFile('main.conf', resolveIn(files));

    expect(parsed).toMatchObject({
      sections: [
        { name: 't', file: 't.conf', line: 1 },
        {
          name: 'a',
          file: 'main.conf',
          line: 2,
          variables: [
            { name: 'k', value: '1', file: 't.conf', line: 2 },
            { name: 'k', value: '2', file: 'main.conf', line: 3 },
          ],
        },
      ],
    });
  });

  it('counts lines as an editor does, also behind a line that is too long', () => {
    const parsed = parseOne(`[a]\nk=${'x'.repeat(20_000)}\nnoeq`);

    expect(parsed.problems.map(placeOf)).toEqual(['main.conf:2 error', 'main.conf:3 error']);
  });

  it('tells what # is, where it was taken for a comment', () => {
    const parsed = parseOne('# accounts\n[a]\nk=1');

    expect(parsed.problems).toMatchObject([{ severity: 'warning', hint: 'a comment starts with ;' }]);
  });
});

describe('where Asterisk would not end or would guess, the configuration grammar', () => {
  it('refuses a section that inherits from itself', () => {
    expect(parseOne('[a]\nk=1\n[a](+,a)').text).toBe('invalid');
  });

  it('refuses an empty name between ( and )', () => {
    expect(parseOne('[general]\nx=1\n[a]()').text).toBe('invalid');
  });

  it('refuses to append to a section without a name, unless there is one', () => {
    expect(parseOne('[general]\nx=1\n[](+)').text).toBe('invalid');
    expect(parseOne('[]\nx=1\n[](+)\ny=1').text).toBe('[]\nx=1\ny=1');
  });

  it('refuses comment blocks that nest more than 128 deep', () => {
    expect(parseOne(`[a]\n${';-- '.repeat(128)}${'--; '.repeat(128)}\nk=1`).text).toBe('[a]\nk=1');
    expect(parseOne(`[a]\n${';-- '.repeat(129)}${'--; '.repeat(129)}\nk=1`).text).toBe('invalid');
  });

  it('refuses filters behind + that it does not know', () => {
    expect(parseOne('[a]\nk=1\n[a](+k=1)').text).toBe('invalid');
  });

  it('stops at a thousand files that include each other', () => {
    const parsed = parseOne('[a]\n#include main.conf\n#include main.conf\n#include main.conf\n');

    expect(parsed.problems.map((problem) => problem.message)).toContain('more than 1000 files are included');
  });

  it('stops at sections that double by inheriting', () => {
    const doubling = Array.from({ length: 40 }, (_, index) => `[s${index + 1}](s${index},s${index})`);

    expect(parseOne(['[s0]', 'k=1', ...doubling].join('\n')).text).toBe('invalid');
  });

  it('comes to an end on whatever the files say', () => {
    fc.assert(fc.property(anyText, (text) => ['invalid', 'text'].includes(kindOf(parseOne(text)))));
    fc.assert(fc.property(confFiles, (files) => ['invalid', 'text'].includes(kindOf(parse(files)))));
  });

  it('reports an error for every invalid file', () => {
    fc.assert(
      fc.property(confFiles, (files) => {
        const { text, problems } = parse(files);
        return text !== 'invalid' || problems.some((problem) => problem.severity === 'error');
      }),
    );
  });
});

function parseOne(text: string) {
  return parse(new Map([['main.conf', text]]));
}

function parse(files: ReadonlyMap<string, string>): { readonly text: string; readonly problems: readonly Problem[] } {
  const parsed = parseConfFile('main.conf', resolveIn(files));
  if (parsed.kind === 'missing') throw new Error('main.conf is missing');
  return { text: parsed.kind === 'invalid' ? 'invalid' : textOf(parsed.sections), problems: parsed.problems };
}

function kindOf({ text }: { readonly text: string }): string {
  return text === 'invalid' ? 'invalid' : 'text';
}

function placeOf(problem: Problem): string {
  return `${problem.file}:${problem.line} ${problem.severity}`;
}
