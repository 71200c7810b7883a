/**
 * AMI text as XML or as rows of an HTML table, exactly as Asterisk translates it (ami-spec 9.6).
 *
 *     Name: value      ──►  name='value'          │  <tr><td>Name</td><td>value</td></tr>
 *     an empty line    ──►  the end of an element │  a rule
 *     a line without : ──►  opaque_data='…, to which all lines up to the empty one belong
 */

export interface Markup {
  readonly beginBlock: string;
  readonly endBlock: string;
  readonly beginName: string;
  readonly beginValue: string;
  readonly endValue: string;
  /** Between the lines of opaque data. */
  readonly lineBreak: string;
  readonly escapeName: (name: string) => string;
}

export const HTML_MARKUP: Markup = {
  beginBlock: '',
  endBlock: '<tr><td colspan="2"><hr></td></tr>\r\n',
  beginName: '<tr><td>',
  beginValue: '</td><td>',
  endValue: '</td></tr>\n',
  lineBreak: '<br>\n',
  escapeName: escapeText,
};

/** `id` and `element` are what the client named; they must be harmless as they are. */
export function xmlMarkup(id: string, element: string): Markup {
  return {
    beginBlock: `<response type='object' id='${id}'><${element}`,
    endBlock: ' /></response>\n',
    beginName: ' ',
    beginValue: "='",
    endValue: "'",
    lineBreak: '\n',
    escapeName: attributeName,
  };
}

export function translate(text: string, markup: Markup): string {
  let out = '';
  let names: Map<string, number> | null = null;
  let isOpaque = false;
  for (const { line, isLast } of linesOf(text)) {
    if (line === '') {
      if (isOpaque) out += markup.endValue;
      if (names !== null) out += markup.endBlock;
      [names, isOpaque] = [null, false];
      continue;
    }
    if (names === null) out += markup.beginBlock;
    names ??= new Map();
    if (isOpaque) {
      out += markup.lineBreak + escapeText(line);
      continue;
    }
    const colon = line.indexOf(':');
    isOpaque = colon < 0;
    const name = isOpaque ? 'Opaque-data' : trimEnd(line.slice(0, colon));
    const value = isOpaque ? line : trimStart(line.slice(colon + 1));
    const count = (names.get(name) ?? 0) + 1;
    names.set(name, count);
    const numbered = markup.escapeName(name) + (count > 1 ? `-${count}` : '');
    out += markup.beginName + numbered + markup.beginValue + escapeText(value);
    if (!isOpaque || isLast) out += markup.endValue;
  }
  return names === null ? out : out + markup.endBlock;
}

interface Line {
  /** Without its end, and without blanks at its end. */
  readonly line: string;
  readonly isLast: boolean;
}

/** A CR or a LF ends a line, and a LF behind either belongs to it: so two LFs are one end, as in Asterisk. */
function* linesOf(text: string): Generator<Line> {
  let start = 0;
  while (start < text.length) {
    const end = findLineEnd(text, start);
    const next = text[end + 1] === '\n' ? end + 2 : end + 1;
    yield { line: trimEnd(text.slice(start, end)), isLast: next >= text.length };
    start = next;
  }
}

function findLineEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const char = text[at];
    if (char === '\r' || char === '\n') return at;
  }
  return text.length;
}

/** Blanks are all bytes below 33. */
function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) < 33) end--;
  return text.slice(0, end);
}

function trimStart(text: string): string {
  let start = 0;
  while (start < text.length && text.charCodeAt(start) < 33) start++;
  return text.slice(start);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '&': '&amp;',
};

export function escapeText(text: string): string {
  return text.replace(/[<>"'&]/g, (char) => ENTITIES[char] ?? char);
}

/** Lower case, anything but letters and digits replaced, no digit in front. */
function attributeName(name: string): string {
  const plain = name.replace(/[^a-zA-Z0-9]/g, '_').toLowerCase();
  return /^[0-9]/.test(plain) ? `_${plain}` : plain;
}
