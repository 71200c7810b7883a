/** Class lists of `read =` and `write =`. Asterisk matches them by prefix, which grants more than it says; we do not. */
import { asciiLowerCase } from '../ami/message.js';
import { ALL_CLASSES, CLASS_BITS, type ClassSet, NO_CLASSES } from '../ami/privilege.js';
import { fail, type Result, succeed } from '../lib/result.js';
import { stripBlanks } from './blanks.js';
import { nearestName } from './nearest.js';

export interface ClassList {
  readonly classes: ClassSet;
  /** Names with blanks around them: Asterisk does not know those, so the same file grants less there. */
  readonly namesWithBlanks: readonly string[];
}

export interface ClassListFault {
  readonly message: string;
  readonly hint: string | null;
}

const CLASSES: ReadonlyMap<string, ClassSet> = new Map([
  ...Object.entries(CLASS_BITS),
  ['all', ALL_CLASSES],
  ['none', NO_CLASSES],
]);

/** An empty list grants nothing. One comma at the end is harmless, as in Asterisk. */
export function parseClassList(text: string): Result<ClassList, ClassListFault> {
  if (text === '') return succeed({ classes: NO_CLASSES, namesWithBlanks: [] });
  const words = (text.endsWith(',') ? text.slice(0, -1) : text).split(',');
  let classes = NO_CLASSES;
  for (const word of words) {
    const name = stripBlanks(word);
    const bits = CLASSES.get(name);
    if (bits === undefined) return fail(faultOf(name));
    classes |= bits;
  }
  return succeed({ classes, namesWithBlanks: words.map(stripBlanks).filter((name, index) => name !== words[index]) });
}

function faultOf(name: string): ClassListFault {
  if (name === '') {
    return { message: 'there is a comma too many in the class list', hint: 'Asterisk would grant every class for it' };
  }
  const meant = nearestName(asciiLowerCase(name), [...CLASSES.keys()]);
  return {
    message: `unknown class '${name}'`,
    hint: meant === null ? `classes are ${[...CLASSES.keys()].join(', ')}` : `did you mean '${meant}'?`,
  };
}
