/** File name patterns as glob(3) has them, with braces: what Asterisk's #include takes. Pure: who reads folders asks. */

/** A pattern of a few braces behind each other stands for millions of names; an #include takes no more files than this. */
const MOST_NAMES = 1000;
/** Braces inside of braces make no names, but work. */
const MOST_STEPS = 10_000;

/**
 * `a{b,c}d` as `abd` and `acd`, nested braces included; without a matching pair, or with `{}`, the text stays as it is.
 * None at all where there would be too many: the include then fails.
 */
export function expandBraces(pattern: string): readonly string[] {
  const names: string[] = [];
  const pending = [pattern];
  for (let steps = 0; pending.length > 0; steps++) {
    if (names.length + pending.length > MOST_NAMES || steps > MOST_STEPS) return [];
    const next = pending.pop() ?? '';
    const alternatives = expandFirst(next);
    if (alternatives === null) names.push(next);
    else pending.push(...alternatives.reverse());
  }
  return names;
}

/** With each alternative of its first braces; `null` when it has none. */
function expandFirst(pattern: string): string[] | null {
  const open = findOpen(pattern);
  const parts = open < 0 ? null : splitBraces(pattern, open);
  return parts?.alternatives.map((alternative) => pattern.slice(0, open) + alternative + parts.tail) ?? null;
}

export function hasWildcard(segment: string): boolean {
  return /[*?[]/.test(segment);
}

/** Whether a file name is one of this pattern; `*` and `?` do not match a leading dot. */
export function matchesName(pattern: string, name: string): boolean {
  if (name.startsWith('.') && !pattern.startsWith('.')) return false;
  let patternAt = 0;
  let nameAt = 0;
  // Where to go on after the last star, if what follows it fails: one star is enough, so this stays quadratic.
  let retry: { readonly patternAt: number; nameAt: number } | null = null;
  while (nameAt < name.length) {
    if (pattern[patternAt] === '*') {
      retry = { patternAt: ++patternAt, nameAt };
      continue;
    }
    const width = matchOne(pattern, patternAt, name.charAt(nameAt));
    if (width > 0) {
      patternAt += width;
      nameAt++;
      continue;
    }
    if (retry === null) return false;
    patternAt = retry.patternAt;
    nameAt = ++retry.nameAt;
  }
  return /^\**$/.test(pattern.slice(patternAt));
}

function findOpen(pattern: string): number {
  for (let at = pattern.indexOf('{'); at >= 0; at = pattern.indexOf('{', at + 1)) {
    if (pattern[at + 1] !== '}') return at;
  }
  return -1;
}

function splitBraces(pattern: string, open: number): { alternatives: readonly string[]; tail: string } | null {
  const alternatives: string[] = [];
  let depth = 0;
  let start = open + 1;
  for (let at = open; at < pattern.length; at++) {
    const char = pattern[at];
    if (char === '{') depth++;
    if (char === '}') depth--;
    if (depth === 0 || (depth === 1 && char === ',')) {
      alternatives.push(pattern.slice(start, at));
      start = at + 1;
    }
    if (depth === 0) return { alternatives, tail: pattern.slice(start) };
  }
  return null;
}

/** How many bytes of the pattern match this byte of the name; 0 when none do. */
function matchOne(pattern: string, at: number, char: string): number {
  const token = pattern[at];
  if (token === '?') return 1;
  if (token === '\\' && at + 1 < pattern.length) return pattern[at + 1] === char ? 2 : 0;
  if (token !== '[') return token === char ? 1 : 0;
  const close = pattern.indexOf(']', pattern[at + 1] === '!' || pattern[at + 1] === '^' ? at + 3 : at + 2);
  if (close < 0) return char === '[' ? 1 : 0;
  return bracketHas(pattern.slice(at + 1, close), char) ? close - at + 1 : 0;
}

function bracketHas(bracket: string, char: string): boolean {
  const isNegated = bracket.startsWith('!') || bracket.startsWith('^');
  const set = isNegated ? bracket.slice(1) : bracket;
  for (let at = 0; at < set.length; at++) {
    const isRange = set[at + 1] === '-' && at + 2 < set.length;
    const last = isRange ? set.charAt(at + 2) : set.charAt(at);
    if (set.charAt(at) <= char && char <= last) return !isNegated;
    if (isRange) at += 2;
  }
  return isNegated;
}
