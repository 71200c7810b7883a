// The accounts of all benches, the same at Asterisk and at the gateway.
import { twoDigits, viewCount } from '../load/event-text.mjs';

/** @typedef {import('../load/reader-session.mjs').Account} Account */

export const secret = 'bench';

/** Long enough that a machine that is busy with a bench breaks no connection. */
const writeTimeoutMs = 60_000;

/** Reads events of class user, and nothing else. @type {Account} */
export const reader = { username: 'reader', secret };
/** May send UserEvents. @type {Account} */
export const source = { username: 'source', secret };
/** May do everything, and is sent events of class user. @type {Account} */
export const caller = { username: 'caller', secret };
/** What the gateway is at Asterisk. @type {Account} */
export const upstream = { username: 'gateway-account', secret };

/** One account for each view. @type {readonly Account[]} */
export const viewers = Array.from({ length: viewCount }, (_, n) => ({ username: `view${twoDigits(n)}`, secret }));
/** Of the groups of events, each view leaves out its own. */
export const viewedShare = (viewCount - 1) / viewCount;

/** Sections of manager.conf for those that clients use. */
export const clientSections = [
  section(reader, ['read = user']),
  section(source, ['write = user']),
  section(caller, ['read = user', 'write = all']),
  ...viewers.map((viewer, n) => section(viewer, ['read = user', ...filtersOf(twoDigits(n))])),
].join('\n');

export const upstreamSection = section(upstream, ['read = all', 'write = all']);

/** @param {Account} account @param {readonly string[]} lines */
export function section(account, lines) {
  const { username } = account;
  return `[${username}]\nsecret = ${account.secret}\nwritetimeout = ${writeTimeoutMs}\n${lines.join('\n')}\n`;
}

/** Three filters that are all evaluated for nearly every event: a true pattern, a plain text and one header's value. */
function filtersOf(/** @type {string} */ number) {
  return [
    `eventfilter = Site: x${number}|Level: [1-5]`,
    `eventfilter = !Group: g${number}`,
    `eventfilter(action(exclude),header(Member),method(regex)) = ^SIP/agent-[0-9]*${number}$`,
  ];
}
