/**
 * The channels in the text of an event. Asterisk writes each channel that takes part as the same block of lines, with a
 * prefix where there are several (`DestChannel: …`), and the variables of `channelvars` at its end:
 *
 *     <prefix>Channel: …  <prefix>ChannelState: …  …  <prefix>Uniqueid: …  <prefix>Linkedid: …
 *     <prefix>Tenantid: …                              where the channel has one
 *     <prefix>ChanVariable: NAME=VALUE                 one line a name, the value escaped as in C
 */

export interface ChannelBlock {
  readonly prefix: string;
  readonly channel: string;
  readonly uniqueId: string;
  /** Where its ChanVariable lines are, or would be. */
  readonly start: number;
  readonly end: number;
}

const LINES = [
  'ChannelState: \\d+',
  ...['ChannelStateDesc', 'CallerIDNum', 'CallerIDName', 'ConnectedLineNum', 'ConnectedLineName', 'Language'].map(line),
  ...['AccountCode', 'Context', 'Exten', 'Priority'].map(line),
  'Uniqueid: (?<uniqueId>[^\\r\\n]*)',
  line('Linkedid'),
];
/** Every part ends at a literal that it cannot contain, so that no text takes more than one pass. */
const BLOCK = new RegExp(
  `(?<=\\n)(?<prefix>[A-Za-z0-9]*)Channel: (?<channel>[^\\r\\n]*)\\r\\n` +
    `${LINES.map((text) => `\\k<prefix>${text}\\r\\n`).join('')}` +
    '(?:\\k<prefix>Tenantid: [^\\r\\n]*\\r\\n)?(?<variables>(?:\\k<prefix>ChanVariable: [^\\r\\n]*\\r\\n)*)',
  'g',
);

/** The blocks in order. What a UserEvent's sender wrote is not looked at: only Asterisk's own lines make a block. */
export function findChannelBlocks(eventName: string, text: string): readonly ChannelBlock[] {
  if (!text.includes('Linkedid: ')) return [];
  const own = eventName === 'UserEvent' ? text.slice(0, text.indexOf('\nUserEvent: ') + 1) : text;
  return [...own.matchAll(BLOCK)].map((match) => {
    const { prefix = '', channel = '', uniqueId = '', variables = '' } = match.groups ?? {};
    const end = match.index + match[0].length;
    return { prefix, channel, uniqueId, start: end - variables.length, end };
  });
}

/** Name and value, still escaped, of every ChanVariable line in these lines. */
export function variablesIn(lines: string): ReadonlyMap<string, string> {
  const pairs = [...lines.matchAll(/ChanVariable(?:\([^\r\n]*?\))?: ([^\r\n=]*)=([^\r\n]*)\r\n/g)];
  return new Map(pairs.map(([, name = '', value = '']) => [name, value]));
}

function line(name: string): string {
  return `${name}: [^\\r\\n]*`;
}
