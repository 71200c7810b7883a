/**
 * The PROXY protocol, versions 1 and 2, as HAProxy and cloud balancers put it in front of a connection: who the client
 * is. Pure: bytes in, a verdict out; whether to believe it is decided by who sent it (see proxied-socket.ts).
 */
import { isIPv4, isIPv6 } from 'node:net';
import type { Endpoint } from './connection.js';

export type ProxyHeader =
  /** More bytes are needed; there are never more than `MAX_PROXY_HEADER_BYTES`. */
  | { readonly kind: 'incomplete' }
  /** The first bytes are no PROXY header. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'invalid' }
  /** The proxy speaks for itself, say to check our health: its own address counts. */
  | { readonly kind: 'local'; readonly length: number }
  | { readonly kind: 'proxied'; readonly remote: Endpoint; readonly local: Endpoint; readonly length: number };

/** A version 1 line has at most 107 bytes; of version 2 with its extensions we take this much and no more. */
export const MAX_PROXY_HEADER_BYTES = 1024;

const V1_START = Buffer.from('PROXY ', 'latin1');
const V1_MAX_BYTES = 107;
const V2_SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const V2_HEAD_BYTES = 16;

/** Reads a header at the beginning of `bytes`. */
export function decodeProxyHeader(bytes: Buffer): ProxyHeader {
  if (startsLike(bytes, V2_SIGNATURE)) return decodeV2(bytes);
  if (startsLike(bytes, V1_START)) return decodeV1(bytes);
  return { kind: 'absent' };
}

/** True when the bytes that are there could be the beginning of `wanted`. */
function startsLike(bytes: Buffer, wanted: Buffer): boolean {
  const length = Math.min(bytes.length, wanted.length);
  return bytes.subarray(0, length).equals(wanted.subarray(0, length));
}

function decodeV1(bytes: Buffer): ProxyHeader {
  const end = bytes.subarray(0, V1_MAX_BYTES).indexOf('\r\n');
  if (end < 0) return bytes.length >= V1_MAX_BYTES ? { kind: 'invalid' } : { kind: 'incomplete' };
  const length = end + 2;
  const [, family, source = '', destination = '', sourcePort = '', destinationPort = '', ...rest] = bytes
    .toString('latin1', 0, end)
    .split(' ');
  if (family === 'UNKNOWN') return { kind: 'local', length };
  const isAddress = family === 'TCP4' ? isIPv4 : family === 'TCP6' ? isIPv6 : () => false;
  const remote = endpointOf(source, sourcePort);
  const local = endpointOf(destination, destinationPort);
  if (!isAddress(source) || !isAddress(destination) || remote === null || local === null || rest.length > 0) {
    return { kind: 'invalid' };
  }
  return { kind: 'proxied', remote, local, length };
}

/** Ports are decimal without leading zeros; anything else is not what a proxy writes. */
function endpointOf(address: string, port: string): Endpoint | null {
  if (!/^(?:0|[1-9]\d{0,4})$/.test(port) || Number(port) > 65_535) return null;
  return { address, port: Number(port) };
}

function decodeV2(bytes: Buffer): ProxyHeader {
  if (bytes.length < V2_HEAD_BYTES) return { kind: 'incomplete' };
  const [versionAndCommand = 0, family = 0] = bytes.subarray(12, 14);
  const length = V2_HEAD_BYTES + bytes.readUInt16BE(14);
  if (versionAndCommand >> 4 !== 2 || length > MAX_PROXY_HEADER_BYTES) return { kind: 'invalid' };
  if (bytes.length < length) return { kind: 'incomplete' };
  const command = versionAndCommand & 0x0f;
  if (command === 0) return { kind: 'local', length };
  if (command !== 1) return { kind: 'invalid' };
  const addresses = bytes.subarray(V2_HEAD_BYTES, length);
  if (family === 0x11) return proxied(addresses, 4, length);
  if (family === 0x21) return proxied(addresses, 16, length);
  return { kind: 'invalid' };
}

function proxied(addresses: Buffer, size: 4 | 16, length: number): ProxyHeader {
  if (addresses.length < size * 2 + 4) return { kind: 'invalid' };
  const remote = { address: formatAddress(addresses.subarray(0, size)), port: addresses.readUInt16BE(size * 2) };
  const local = {
    address: formatAddress(addresses.subarray(size, size * 2)),
    port: addresses.readUInt16BE(size * 2 + 2),
  };
  return { kind: 'proxied', remote, local, length };
}

/** As Node writes addresses: IPv6 in its short form. */
function formatAddress(bytes: Buffer): string {
  if (bytes.length === 4) return [...bytes].join('.');
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1);
}
