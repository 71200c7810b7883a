/** The grammar of configuration files: comes to an end, says why it refuses, and keeps what stands before a change. */
import { parseConfFile } from '../../../../src/config/conf-file.js';
import { resolveIn } from '../../../unit/config/conf-cases.js';
import { textOf } from '../../../unit/config/conf-text.js';
import { CONF_TEXTS, CONF_WORDS } from '../conf-texts.js';
import { garbage, mutated } from '../mutate.js';
import type { FuzzTarget } from '../target.js';

export const confGrammar: FuzzTarget = {
  name: 'configuration grammar: ends, gives reasons, files are read line by line',
  inputs: 200_000,
  make: (random) => (random.oneIn(8) ? garbage(random, CONF_WORDS, 80) : mutated(CONF_TEXTS, random, CONF_WORDS)),
  judge: (input) => {
    const parsed = parse(input);
    if (parsed.kind === 'missing') return 'the file is missing';
    const isExplained = parsed.problems.some(({ severity }) => severity === 'error');
    if (parsed.kind === 'invalid') return isExplained ? null : 'it is refused without a reason';
    const lines = input.split('\n').length;
    const misplaced = parsed.problems.find(({ file, line }) => file === 'main.conf' && line > lines);
    if (misplaced !== undefined) return `a problem at line ${misplaced.line} of ${lines}`;
    // Whatever is written, lines that follow are read anew, or somebody is told that a comment swallowed them.
    const longer = parse(`${input}\n[added]\nk = v\n`);
    if (longer.kind !== 'parsed') return isExplained ? null : 'a plain section behind it is refused';
    const isRead = textOf(longer.sections).endsWith('[added]\nk=v') || textOf(longer.sections).includes('[added]');
    return isRead || longer.problems.some(({ severity }) => severity === 'error')
      ? null
      : 'a section is lost in silence';
  },
};

function parse(text: string) {
  return parseConfFile('main.conf', resolveIn(new Map([['main.conf', text]])));
}
