/** The text of `Events:` and `EventMask:` headers: what a client asks for. What it may see is limited by `read` alone. */
import { unreachable } from '../lib/unreachable.js';
import { ALL_CLASSES, CLASS_BITS, type ClassSet, NO_CLASSES } from './privilege.js';
import { isFalse, isTrue } from './truth.js';

/** `invalid` is -1 of Asterisk's strings_to_mask: nothing changes. `everything` is exactly `all`, `on` or their number. */
export type EventMask =
  | { readonly kind: 'invalid' }
  | { readonly kind: 'none' }
  | { readonly kind: 'classes'; readonly classes: ClassSet }
  | { readonly kind: 'everything' };

/** Decodes the mask as Asterisk does: digits are the mask itself, so `1` is the class `system` and not "yes". */
export function decodeEventMask(text: string): EventMask {
  if (text === '') return { kind: 'invalid' };
  if (/^[0-9]+$/.test(text)) return maskOf(Number(text));
  if (isFalse(text)) return { kind: 'none' };
  if (isTrue(text)) return { kind: 'everything' };
  return maskOf(matchLabels(text));
}

/** Asterisk's result for a number of more than 31 bits is undefined; ours is a refusal. */
function maskOf(bits: number): EventMask {
  if (bits > ALL_CLASSES) return { kind: 'invalid' };
  if (bits === NO_CLASSES) return { kind: 'none' };
  return bits === ALL_CLASSES ? { kind: 'everything' } : { kind: 'classes', classes: bits };
}

function matchLabels(text: string): ClassSet {
  if (hasLabel(text, 'all')) return ALL_CLASSES;
  let classes = NO_CLASSES;
  for (const [label, bit] of Object.entries(CLASS_BITS)) if (hasLabel(text, label)) classes |= bit;
  return classes;
}

/**
 * Asterisk's ast_instring: a word before a comma counts as the label when it is a prefix of it, so that an empty word
 * is every label; the last word must be equal. It cannot widen `read`, so it is kept for those who rely on it.
 */
function hasLabel(text: string, label: string): boolean {
  let rest = text;
  do {
    const comma = rest.indexOf(',');
    if (comma < 0) return rest === label;
    if (label.startsWith(rest.slice(0, comma))) return true;
    rest = rest.slice(comma + 1);
  } while (rest !== '');
  return false;
}

/** The classes that a mask lets through, or `null` where it is invalid and changes nothing. */
export function maskedClasses(mask: EventMask): ClassSet | null {
  switch (mask.kind) {
    case 'invalid':
      return null;
    case 'none':
      return NO_CLASSES;
    case 'classes':
      return mask.classes;
    case 'everything':
      return ALL_CLASSES;
    default:
      return unreachable(mask);
  }
}
