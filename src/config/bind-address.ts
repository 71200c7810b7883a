/** Addresses to listen on: literals only, as in Asterisk; a name is not looked up. */
import { parseWithin } from './values.js';

export interface BindAddress {
  /** Without the brackets of IPv6. */
  readonly address: string;
  /** `null` when none was written. */
  readonly port: number | null;
}

/** `192.0.2.1`, `192.0.2.1:5038`, `::1`, `[::1]` or `[::1]:5038`; `null` for anything else. */
export function parseBindAddress(text: string): BindAddress | null {
  if (isIpv6(text)) return { address: text, port: null };
  const parts = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/.exec(text);
  if (parts === null) return null;
  const [, ipv6, ipv4, portText] = parts;
  const address = ipv6 ?? ipv4 ?? '';
  if (ipv6 === undefined ? !isIpv4(address) : !isIpv6(address)) return null;
  if (portText === undefined) return { address, port: null };
  const port = parseWithin(portText, 0, 65_535);
  return port === null ? null : { address, port };
}

/** True for an address on which IPv6 clients arrive. */
export function isIpv6(address: string): boolean {
  return address.includes(':') && URL.canParse(`http://[${address.replace(/%[\w.-]+$/, '')}]/`);
}

function isIpv4(address: string): boolean {
  const parts = address.split('.');
  return parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}
