/** Sessions that watch the same calls through every kind of view: classes, masks, filters of accounts and of sessions. */
import type { AmiClient } from '../ami-client.mjs';
import { type Account, CLASSES, loginOf } from './accounts.js';

export interface Watcher {
  readonly account: Account;
  /** `Events:` of its login, where it gives one. */
  readonly mask?: string;
  /** Actions that it sends behind its login. */
  readonly sends?: readonly string[];
}

/** All that filters are tried on; TestEvents would drown it, and two watchers without filters read them. */
const EVERYTHING = `read = ${CLASSES.filter((name) => name !== 'test').join(',')}`;

const byClass = ['all', ...CLASSES, 'call,dialplan', 'call,agent,user', 'none'].map(
  (read): Watcher => ({ account: { name: `reads-${read.replaceAll(',', '-')}`, options: [`read = ${read}`] } }),
);

const LEGACY: readonly (readonly string[])[] = [
  ['Event: Newchannel'],
  ['!Event: VarSet'],
  ['Event: Hangup', 'Event: Newstate'],
  ['!Event: Newexten', '!Event: VarSet'],
  ['Channel: Local/', '!Event: VarSet'],
  ['^Event: (Dial|Hangup|Bridge)'],
  ['^Privilege: call'],
  ['Privilege: (call|user),all'],
  ['Channel: Local/echo@test'],
  ['Channel: [^\\x0d]*\\;2'],
  ['!\\;2'],
  ['Context: test.*Exten: echo'],
  ['Uniqueid: [0-9]+\\.[0-9]+'],
  ['Uniqueid: [a-z]'],
  ['[[:upper:]][[:lower:]]+Name: <unknown>'],
  ['\\<Local\\>'],
  ['\\bDTMF'],
  ['Variable: (FIRST|SECOND)'],
  ['(Queue|Agent).*Member'],
  ['ActionID: '],
  ['!ActionID: '],
  ['nothing at all'],
  ['!.'],
  ['.'],
  ['x{0,3}Event: (User|Device)'],
  ['Answer: [^E]*$'],
  ['\\s\\S\\w\\W'],
  ['Key: \xe4'],
];

const ADVANCED: readonly (readonly string[])[] = [
  ['(name(Newchannel)) ='],
  ['(action(exclude),name(VarSet)) ='],
  ['(name(VarSet)) = !'],
  ['(name(Newexten),action(include)) ='],
  ['(name(VarSet),header(Variable),method(exact)) = FIRST'],
  ['(header(Channel),method(starts_with)) = Local/echo'],
  ['(header(Channel),method(ends_with)) = \\;1'],
  ['(header(Channel),method(regex)) = \\;2$'],
  ['(header(Channel),method(contains)) = wait'],
  ['(header(channel),method(contains)) = wait'],
  ['(header(Exten)) ='],
  ['(header(Exten:)) ='],
  ['(header(Nothing)) ='],
  ['(header(Event),method(regex)) = ^(Dial|Bridge)'],
  ['(header(Privilege),method(exact)) = call,all'],
  ['(name(DialEnd),header(DialStatus),method(regex)) = ^(ANSWER|BUSY)$'],
  ['(method(contains)) = DTMF'],
  ['(method(starts_with)) = Event: User'],
  ['(method(ends_with)) = x'],
  ['(action(include),method(contains)) = !VarSet'],
  ['(name(UserEvent) header(Key) method(contains)) = \xe4'],
  ['(header(Key),method(exact)) = two'],
  ['(name(Hangup)) =', '(name(VarSet),header(Variable),method(exact)) = SECOND'],
  ['(name(UserEvent)) =', '(action(exclude),header(UserEvent),method(exact)) = Plain'],
  ['(action(exclude),name(Newexten)) =', '(action(exclude),header(Channel),method(ends_with)) = \\;2'],
];

const filtered = (kind: string, rules: readonly (readonly string[])[], option: (rule: string) => string) =>
  rules.map(
    (rule, index): Watcher => ({
      account: { name: `${kind}-${index}`, options: [EVERYTHING, ...rule.map(option)] },
    }),
  );

const add = (filter: string, more = '') =>
  `Action: Filter\r\nOperation: Add\r\nFilter: ${filter}\r\n${more}ActionID: f\r\n\r\n`;
const mask = (text: string) => `Action: Events\r\nEventMask: ${text}\r\nActionID: e\r\n\r\n`;

const session = (name: string, part: Omit<Watcher, 'account'>, options: readonly string[] = []): Watcher => ({
  account: { name: `session-${name}`, options: [EVERYTHING, 'write = all', ...options] },
  ...part,
});

const SESSIONS: readonly Watcher[] = [
  session('call', { mask: 'call' }),
  session('calls-and-users', { mask: 'user,call' }),
  session('numbered', { mask: '66' }),
  session('on', { mask: 'on' }),
  session('off', { mask: 'off' }),
  session('off-and-on', { mask: 'off', sends: [mask('on')] }),
  session('on-and-off', { sends: [mask('off')] }),
  session('then-dialplan', { sends: [mask('dialplan,user')] }),
  session('mistaken', { mask: 'call', sends: [mask('')] }),
  session('adds', { sends: [add('Event: Hangup')] }),
  session('adds-two', { sends: [add('Event: Hangup'), add('Event: Newchannel')] }),
  session('excludes', { sends: [add('!Event: VarSet'), add('!Event: Newexten')] }),
  session('widens', { sends: [add('Event: Newstate')] }, ['eventfilter = Event: Hangup']),
  session('narrows', { sends: [add('!Channel: .*2')] }, ['eventfilter = Event: Hangup']),
  session('fails-to-add', { sends: [add('(')] }),
  session('masks-and-filters', { mask: 'dialplan', sends: [add('Variable: FIRST')] }),
];

const ADVANCED_SESSIONS: readonly Watcher[] = [
  session('adds-by-name', { sends: [add('', 'MatchCriteria: name(Hangup)\r\n')] }),
  session('adds-by-header', { sends: [add('two', 'MatchCriteria: header(Key),method(exact)\r\n')] }),
  session('fails-to-add-by-name', { sends: [add('x', 'MatchCriteria: name(Hangup)\r\n')] }),
];

const COMMON: readonly Watcher[] = [
  ...byClass,
  ...filtered('legacy', LEGACY, (rule) => `eventfilter = ${rule}`),
  ...SESSIONS,
];

/** An Asterisk before 18.26 has no filters with criteria. */
export const WATCHERS = {
  '22': [...COMMON, ...filtered('advanced', ADVANCED, (rule) => `eventfilter${rule}`), ...ADVANCED_SESSIONS],
  '16': COMMON,
} as const satisfies Record<string, readonly Watcher[]>;

/** What a watcher is, for the one who reads of it. */
export function describeWatcher({ account, mask: text, sends = [] }: Watcher): string {
  const events = text === undefined ? [] : [`Events: ${text}`];
  const sent = sends.map((action) => action.replaceAll('\r\n', ' ').trim());
  return [account.name, ...account.options, ...events, ...sent].join(' | ');
}

/** Logs in and sends what else it sends; every answer was read then. */
export async function enter(client: AmiClient, { account, mask: text, sends = [] }: Watcher): Promise<void> {
  client.send(loginOf(account.name, text === undefined ? '' : `Events: ${text}\r\n`) + sends.join(''));
  await client.barrier();
}
