/** Users by what they may do, as text for manager.conf, and how they log in. */

/** The classes of Asterisk 22 and 16, in the order of the Privilege header. */
export const CLASSES = [
  'system',
  'call',
  'log',
  'verbose',
  'command',
  'agent',
  'user',
  'config',
  'dtmf',
  'reporting',
  'cdr',
  'dialplan',
  'originate',
  'agi',
  'cc',
  'aoc',
  'test',
  'security',
  'message',
] as const;

export interface Account {
  readonly name: string;
  /** Options of its section besides the secret. */
  readonly options: readonly string[];
}

/** An account with these write classes, named after them; it reads nothing. */
export function writer(write: string): Account {
  return { name: `may-${write.replaceAll(',', '-')}`, options: [`write = ${write}`] };
}

export const NOBODY: Account = { name: 'may-nothing', options: [] };

export function sectionOf({ name, options }: Account): string {
  return `[${name}]\nsecret = secret-of-${name}\n${options.map((option) => `${option}\n`).join('')}`;
}

export function sectionsOf(accounts: readonly Account[]): string {
  return accounts.map(sectionOf).join('\n');
}

/** A login; `more` are further lines, each with its CR LF. */
export function loginOf(name: string, more = ''): string {
  return `Action: Login\r\nUsername: ${name}\r\nSecret: secret-of-${name}\r\n${more}\r\n`;
}

/** A login whose session gets no events: what other connections cause stays out of the comparison. */
export function quietLoginOf(name: string): string {
  return loginOf(name, 'Events: off\r\n');
}
