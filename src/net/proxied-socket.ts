/**
 * Reads the PROXY header that a trusted proxy puts in front of everything, TLS included; what follows it goes back into
 * the socket. Bounded in bytes by the decoder, in time by whoever calls: destroying the socket ends the wait.
 */
import type { Socket } from 'node:net';
import { canonicalAddress } from '../policy/client-address.js';
import type { Endpoint } from './connection.js';
import { decodeProxyHeader } from './proxy-header.js';

export type ProxiedClient =
  | { readonly kind: 'proxied'; readonly remote: Endpoint }
  /** The proxy itself, say for its health check. */
  | { readonly kind: 'local' }
  /** No header, or none that can be read. */
  | { readonly kind: 'invalid' }
  | { readonly kind: 'gone' };

/** Resolves once. The socket is left paused. */
export function readProxyHeader(socket: Socket): Promise<ProxiedClient> {
  return new Promise((resolve) => {
    let received: Buffer = Buffer.alloc(0);
    const settle = (client: ProxiedClient) => {
      socket.pause();
      socket.off('data', take);
      socket.off('end', leave);
      socket.off('close', leave);
      resolve(client);
    };
    const leave = () => settle({ kind: 'gone' });
    const take = (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const header = decodeProxyHeader(received);
      if (header.kind === 'incomplete') return;
      if (header.kind === 'absent' || header.kind === 'invalid') return settle({ kind: 'invalid' });
      settle(header.kind === 'local' ? { kind: 'local' } : { kind: 'proxied', remote: canonical(header.remote) });
      const rest = received.subarray(header.length);
      if (rest.length > 0) socket.unshift(rest);
    };
    socket.on('data', take);
    socket.once('end', leave);
    socket.once('close', leave);
  });
}

/** As a socket would tell it: ACLs, bans and logs know one spelling of an address. */
function canonical({ address, port }: Endpoint): Endpoint {
  return { address: canonicalAddress(address), port };
}
