/** Secrets that stand in the samples, installers and books of well-known products: attackers try them first. */
import { asciiLowerCase } from '../ami/message.js';

const BY_SOURCE: readonly (readonly [source: string, secrets: string])[] = [
  ["Asterisk's own manager.conf.sample", 'mysecret'],
  ['FreePBX: AMPMGRPASS of amportal.conf and what stands in its place; its operator panel', 'amp111 amp109 passw0rd'],
  ['Elastix: the account admin until 2.2', 'elastix456'],
  ['VICIdial and GOautodial: cron, listencron, sendcron, updatecron', '1234'],
  ['A2Billing: myasterisk', 'mycode'],
  ['MagnusBilling: magnus', 'magnussolution'],
  ['MikoPBX: phpagi', 'phpagi'],
  ['Wazo and XiVO: wazo_amid, xivo_amid', 'eeCho8ied3u'],
  ['"Asterisk: The Future of Telephony": oreilly', 'notvery'],
  ['the products by name', 'freepbx elastix issabel vicidial goautodial a2billing magnus mikopbx wazo xivo trixbox'],
  ['everywhere', 'secret password admin asterisk ami manager test changeme 12345 123456 12345678 default root voip'],
  // What README and examples of this gateway show.
  ['here', 'A-LONG-RANDOM-TEXT ANOTHER-RANDOM-TEXT'],
  ['here', 'replace-this-by-a-secret-of-your-own replace-this-by-another-secret replace-this-by-a-third-secret'],
];

const SECRETS: ReadonlySet<string> = new Set(
  BY_SOURCE.flatMap(([, secrets]) => secrets.split(' ').map((secret) => asciiLowerCase(secret))),
);

/** In any case, because so are the lists of attackers; the name of the user is the first guess of all. */
export function isWellKnown(secret: string, user: string): boolean {
  const key = asciiLowerCase(secret);
  return SECRETS.has(key) || key === asciiLowerCase(user);
}
