/** Opens a TCP connection to the upstream, with a deadline and a sentence for every way to fail. */
import { connect, type Socket } from 'node:net';
import { fail, type Result, succeed } from '../lib/result.js';

export interface DialSettings {
  readonly host: string;
  readonly port: number;
  readonly connectTimeoutMs: number;
}

/** Resolves once, with a connected socket or the reason; a socket that failed is destroyed. */
export function dial(settings: DialSettings): Promise<Result<Socket>> {
  const { host, port, connectTimeoutMs } = settings;
  return new Promise((resolve) => {
    const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 });
    const deadline = setTimeout(() => give(`no answer within ${connectTimeoutMs} ms`), connectTimeoutMs);
    const give = (cause: string) => {
      clearTimeout(deadline);
      socket.destroy();
      resolve(fail(`cannot reach Asterisk at ${host} port ${port}: ${cause}`));
    };
    socket.once('error', (error: NodeJS.ErrnoException) => give(dialFailure(error)));
    socket.once('connect', () => {
      clearTimeout(deadline);
      socket.removeAllListeners('error');
      // Whoever takes the socket sees 'close' after an error; the error itself must not be thrown.
      socket.on('error', () => undefined);
      resolve(succeed(socket));
    });
  });
}

function dialFailure(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'connection refused; is Asterisk running, with enabled = yes and this port in its manager.conf?';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the host name cannot be resolved';
    default:
      return error.code ?? error.message;
  }
}
