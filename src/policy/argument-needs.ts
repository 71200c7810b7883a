/** Which class the arguments of an action need beside the action's own, such as `system` for a function in a variable. */
import type { AmiAction } from '../ami/message.js';
import { CLASS_BITS, type ClassSet, labelsOf, NO_CLASSES } from '../ami/privilege.js';
import { judgeArguments } from './argument-rules.js';

/** The fewest of the classes held that these arguments need, as labels; none where any user may say this. */
export function argumentNeeds(held: ClassSet, action: AmiAction): readonly string[] {
  if (judgeArguments(NO_CLASSES, action) === null) return [];
  const labels = labelsOf(held);
  const one = labels.find((label) => judgeArguments(bitsOf(label), action) === null);
  return one === undefined ? labels : [one];
}

function bitsOf(label: string): ClassSet {
  return new Map<string, ClassSet>(Object.entries(CLASS_BITS)).get(label) ?? NO_CLASSES;
}
