/** PROXY headers: the same however the bytes trickle in, bounded, and an address only where the whole header is one. */
import { isIP } from 'node:net';
import { decodeProxyHeader, MAX_PROXY_HEADER_BYTES, type ProxyHeader } from '../../../../src/net/proxy-header.js';
import { mutated } from '../mutate.js';
import { Random, seedOf } from '../random.js';
import type { FuzzTarget } from '../target.js';

const SIGNATURE = '\r\n\r\n\0\r\nQUIT\n';
const V2_FOUR = `${SIGNATURE}\x21\x11\x00\x0c\x0a\x01\x02\x03\x7f\x00\x00\x01\x30\x39\x13\xae`;
const V2_SIX = `${SIGNATURE}\x21\x21\x00\x24${'\x20\x01\x0d\xb8'.padEnd(16, '\0')}${'\x01'.padStart(16, '\0')}\x30\x39\x13\xae`;
const TEXTS = [
  'PROXY TCP4 10.1.2.3 127.0.0.1 12345 5038\r\nAction: Ping\r\n\r\n',
  'PROXY TCP6 2001:db8::7 ::1 12345 5038\r\n',
  'PROXY UNKNOWN\r\n',
  'PROXY UNKNOWN ff:ff 1.2.3.4 9 9\r\n',
  V2_FOUR,
  `${V2_FOUR}Action: Ping\r\n\r\n`,
  V2_SIX,
  `${SIGNATURE}\x20\x00\x00\x00`,
  `${SIGNATURE}\x21\x11\x00\x14\x0a\x01\x02\x03\x7f\x00\x00\x01\x30\x39\x13\xae\x04\x00\x05hello`,
];
const WORDS = [
  ...['PROXY ', 'TCP4', 'TCP6', 'UNKNOWN', ' ', '  ', '\r\n', '\n', '\0', '65536', '00', '-1', '1e3', '127.1', '::'],
  ...['::ffff:10.0.0.1', '10.0.0.1%eth0', '\x21', '\x31', '\x12', '\xff\xff', SIGNATURE, 'x'.repeat(120), '\t'],
];

export const proxyHeader: FuzzTarget = {
  name: 'PROXY headers v1 and v2: however they trickle in, bounded',
  inputs: 150_000,
  make: (random) => mutated(TEXTS, random, WORDS),
  judge: (input) => {
    const bytes = Buffer.from(input, 'latin1');
    const whole = decodeProxyHeader(bytes);
    if (whole.kind === 'incomplete' && bytes.length >= MAX_PROXY_HEADER_BYTES) return 'it waits for ever';
    return judgeAddresses(whole, bytes) ?? judgeTrickle(whole, bytes, new Random(seedOf(input)));
  },
};

function judgeAddresses(header: ProxyHeader, bytes: Buffer): string | null {
  if (header.kind !== 'proxied') return null;
  if (header.length > bytes.length || header.length > MAX_PROXY_HEADER_BYTES) return 'it is longer than what came';
  for (const { address, port } of [header.remote, header.local]) {
    if (isIP(address) === 0 || !(port >= 0 && port <= 65_535)) return `an address is ${address} port ${port}`;
  }
  const text = bytes.toString('latin1', 0, header.length);
  if (!text.startsWith('PROXY')) return null;
  const { remote, local } = header;
  const family = isIP(remote.address) === 4 ? 'TCP4' : 'TCP6';
  const written = `PROXY ${family} ${remote.address} ${local.address} ${remote.port} ${local.port}\r\n`;
  return text === written ? null : `it stands there as ${JSON.stringify(text)}`;
}

/** A decision is never taken back: what a beginning already says, the whole says too. */
function judgeTrickle(whole: ProxyHeader, bytes: Buffer, random: Random): string | null {
  const cuts = bytes.length < 60 ? bytes.keys() : Array.from({ length: 30 }, () => random.below(bytes.length));
  for (const cut of cuts) {
    const part = decodeProxyHeader(bytes.subarray(0, cut));
    if (part.kind !== 'incomplete' && JSON.stringify(part) !== JSON.stringify(whole)) {
      return `after ${cut} bytes it is ${JSON.stringify(part)}, at the end ${JSON.stringify(whole)}`;
    }
  }
  return null;
}
