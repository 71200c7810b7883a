/** Who is at both ends of a socket. */
import type { Socket } from 'node:net';
import type { Peer, Transport } from './connection.js';

/** Both ends of a socket; `null` for a client that is gone already. */
export function peerOf(socket: Socket, transport: Transport): Peer | null {
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  if (remoteAddress === undefined || remotePort === undefined) return null;
  if (localAddress === undefined || localPort === undefined) return null;
  return {
    transport,
    remote: { address: unmapped(remoteAddress), port: remotePort },
    local: { address: unmapped(localAddress), port: localPort },
    certificateNames: [],
  };
}

/** An IPv4 client of a dual-stack listener is an IPv4 client, for ACLs, logs and events alike. */
function unmapped(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice('::ffff:'.length) : address;
}
