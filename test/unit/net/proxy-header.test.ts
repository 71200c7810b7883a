import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeProxyHeader, MAX_PROXY_HEADER_BYTES } from '../../../src/net/proxy-header.js';

const SIGNATURE = '\r\n\r\n\0\r\nQUIT\n';
const bytes = (text: string) => Buffer.from(text, 'latin1');
const v2 = (command: number, family: number, body: readonly number[]) =>
  Buffer.concat([
    bytes(SIGNATURE),
    Buffer.from([0x20 | command, family, body.length >> 8, body.length & 255, ...body]),
  ]);

const remote4 = { address: '192.0.2.1', port: 4000 };
const local4 = { address: '198.51.100.2', port: 5038 };
const V4_BODY = [192, 0, 2, 1, 198, 51, 100, 2, 4000 >> 8, 4000 & 255, 5038 >> 8, 5038 & 255];

describe('a PROXY header', () => {
  it('of version 1 tells both ends', () => {
    const text = 'PROXY TCP4 192.0.2.1 198.51.100.2 4000 5038\r\n';

    const header = decodeProxyHeader(bytes(`${text}Action: Login\r\n`));

    expect(header).toEqual({ kind: 'proxied', remote: remote4, local: local4, length: text.length });
  });

  it('of version 1 tells IPv6 addresses', () => {
    const header = decodeProxyHeader(bytes('PROXY TCP6 2001:db8::1 2001:db8::2 1 2\r\n'));

    expect(header).toMatchObject({ kind: 'proxied', remote: { address: '2001:db8::1', port: 1 } });
  });

  it('of version 2 tells both ends, with extensions behind them', () => {
    const header = decodeProxyHeader(v2(1, 0x11, [...V4_BODY, 4, 0, 1, 0]));

    expect(header).toEqual({ kind: 'proxied', remote: remote4, local: local4, length: 32 });
  });

  it('of version 2 tells IPv6 addresses', () => {
    const address = (last: number) => [0x20, 0x01, 0x0d, 0xb8, ...Array<number>(11).fill(0), last];

    const header = decodeProxyHeader(v2(1, 0x21, [...address(1), ...address(2), 0, 1, 0, 2]));

    expect(header).toMatchObject({ remote: { address: '2001:db8::1', port: 1 }, local: { address: '2001:db8::2' } });
  });

  it.each([
    ['version 1', bytes('PROXY UNKNOWN\r\n')],
    ['version 2', v2(0, 0, [])],
  ])('by which the proxy speaks for itself is %s LOCAL', (_name, header) => {
    expect(decodeProxyHeader(header)).toEqual({ kind: 'local', length: header.length });
  });

  it.each([
    ['an address of the other family', bytes('PROXY TCP4 ::1 ::1 1 2\r\n')],
    ['a name', bytes('PROXY TCP4 localhost localhost 1 2\r\n')],
    ['a port out of range', bytes('PROXY TCP4 192.0.2.1 192.0.2.2 65536 2\r\n')],
    ['a port with a zero in front', bytes('PROXY TCP4 192.0.2.1 192.0.2.2 01 2\r\n')],
    ['a word too many', bytes('PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3\r\n')],
    ['two blanks', bytes('PROXY TCP4  192.0.2.1 192.0.2.2 1 2\r\n')],
    ['UDP', bytes('PROXY UDP4 192.0.2.1 192.0.2.2 1 2\r\n')],
    ['a line without end', bytes(`PROXY TCP4 ${'1'.repeat(200)}`)],
    ['version 3', Buffer.concat([bytes(SIGNATURE), Buffer.from([0x31, 0x11, 0, 12, ...V4_BODY])])],
    ['an unknown command', v2(2, 0x11, V4_BODY)],
    ['a UNIX socket', v2(1, 0x31, Array<number>(216).fill(0))],
    ['too few addresses', v2(1, 0x11, V4_BODY.slice(1))],
    ['a huge length', Buffer.concat([bytes(SIGNATURE), Buffer.from([0x21, 0x11, 255, 255])])],
  ])('with %s is invalid', (_what, header) => {
    expect(decodeProxyHeader(header)).toEqual({ kind: 'invalid' });
  });

  it('is absent in front of an action', () => {
    expect(decodeProxyHeader(bytes('Action: Login\r\n'))).toEqual({ kind: 'absent' });
  });

  it.each([bytes('PROXY TCP4 192.0.2.1 198.51.100.2 4000 5038\r\n'), v2(1, 0x11, V4_BODY)])(
    'is incomplete at every split point before its end',
    (header) => {
      const kinds = Array.from({ length: header.length }, (_, at) => decodeProxyHeader(header.subarray(0, at)).kind);

      expect(new Set(kinds)).toEqual(new Set(['incomplete']));
    },
  );

  it('of any bytes is decided without throwing, and never longer than the bound', () => {
    const heads = fc.constantFrom('PROXY ', 'PROXY TCP4 ', SIGNATURE, `${SIGNATURE}\x21\x11`, '');
    fc.assert(
      fc.property(heads, fc.uint8Array({ maxLength: 300 }), (head, tail) => {
        const header = decodeProxyHeader(Buffer.concat([bytes(head), tail]));
        return !('length' in header) || header.length <= MAX_PROXY_HEADER_BYTES;
      }),
    );
  });
});
