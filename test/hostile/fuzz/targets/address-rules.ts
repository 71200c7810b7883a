/** ACLs: where an entry is plain, the verdict is that of Node's BlockList; where it is damaged, it is refused or plain. */
import { BlockList, isIP } from 'node:net';
import { type AclLine, aclOf, compileRuleSet, permits } from '../../../../src/policy/acl.js';
import { mutated } from '../mutate.js';
import type { Random } from '../random.js';
import type { FuzzTarget } from '../target.js';

const WORDS = [
  '/',
  '!',
  ',',
  '.',
  ':',
  '::',
  '0',
  '255',
  '/0',
  '/32',
  '/33',
  '/128',
  '[',
  ']',
  '%eth0',
  ' ',
  '0x',
  '-',
  '\0',
];
const PEERS = ['127.0.0.1', '10.1.2.3', '192.168.1.77', '255.255.255.255', '0.0.0.0', '::1', 'fe80::1', '2001:db8::7'];

export const addressRules: FuzzTarget = {
  name: 'ACLs: as Node’s BlockList decides, or refused',
  inputs: 60_000,
  make: (random) => {
    const lines = random.several(5, () => `${random.pick(['permit', 'deny'])}=${plainEntry(random)}`);
    const text = lines.join('\n');
    return random.oneIn(2) ? text : mutated([text], random, WORDS);
  },
  judge: (input) => {
    const lines = input.split('\n').flatMap((line) => readLine(line) ?? []);
    const compiled = compileRuleSet(lines);
    const entries = lines.flatMap(({ sense, text }) => text.split(',').map((entry) => ({ sense, entry })));
    if (!compiled.ok) return entries.every(({ entry }) => isPlain(entry)) ? `refused: ${compiled.failure.entry}` : null;
    if (compiled.value.rules.length !== entries.length) return 'an entry is lost';
    if (!entries.every(({ entry }) => isPlain(entry))) return null;
    const acl = aclOf(compiled.value, []);
    const wrong = PEERS.find((peer) => permits(acl, peer) !== expected(entries, peer));
    return wrong === undefined ? null : `${wrong} is ${permits(acl, wrong) ? 'permitted' : 'refused'}`;
  },
};

function readLine(line: string): AclLine | null {
  const [, sense, text = ''] = /^(permit|deny)=(.*)$/s.exec(line) ?? [];
  return sense === 'permit' || sense === 'deny' ? { sense, text, place: null } : null;
}

function plainEntry(random: Random): string {
  const isSix = random.oneIn(3);
  const peer = random.pick(PEERS.filter((one) => (isIP(one) === 6) === isSix));
  const prefix = random.pick(['', `/${random.below(isSix ? 129 : 33)}`]);
  return `${random.pick(['', '', '', '!'])}${peer}${prefix}`;
}

function isPlain(entry: string): boolean {
  const [, address = '', , prefix = '0'] = /^!?([\d.]+|[\da-f:]+)(\/(0|[1-9]\d*))?$/.exec(entry) ?? [];
  const family = isIP(address);
  return family !== 0 && !address.startsWith('::ffff:') && Number(prefix) <= (family === 4 ? 32 : 128);
}

/** The last match wins, the default is to permit. */
function expected(entries: readonly { readonly sense: string; readonly entry: string }[], peer: string): boolean {
  const last = entries.findLast(({ entry }) => contains(entry.replace('!', ''), peer));
  if (last === undefined) return true;
  return (last.sense === 'permit') !== last.entry.startsWith('!');
}

function contains(entry: string, peer: string): boolean {
  const [address = '', prefix] = entry.split('/');
  const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
  if (isIP(address) !== isIP(peer)) return false;
  const list = new BlockList();
  list.addSubnet(address, Number(prefix ?? (family === 'ipv4' ? 32 : 128)), family);
  return list.check(peer, family);
}
