/** Which connections may come in over HTTP; plain and TLS count together. */
import type { Socket } from 'node:net';
import type { LoginGuard } from '../gateway/login-guard.js';
import { peerOf } from '../net/peer-of.js';
import type { Log } from '../telemetry/logger.js';
import type { Metrics } from '../telemetry/metrics.js';

export interface HttpDoorDeps {
  readonly guard: LoginGuard;
  readonly log: Log;
  readonly metrics: Metrics;
  /** TCP connections at the same time. */
  readonly sessionLimit: () => number;
}

export class HttpDoor {
  readonly #deps: HttpDoorDeps;
  #connections = 0;

  constructor(deps: HttpDoorDeps) {
    this.#deps = deps;
  }

  /** Beyond `sessionlimit` a connection ends without a word, as in Asterisk; true counts it until it closes. */
  admits(socket: Socket, transport: 'http' | 'https'): boolean {
    const { metrics, log, guard, sessionLimit } = this.#deps;
    if (guard.knowsBan(peerOf(socket, transport)?.remote.address ?? '')) {
      metrics.connections.inc({ listener: transport, result: 'banned' });
      return false;
    }
    const isFull = this.#connections >= sessionLimit();
    metrics.connections.inc({ listener: transport, result: isFull ? 'session-limit' : 'accepted' });
    if (isFull) {
      log.warn({ peer: socket.remoteAddress, reason: 'session-limit' }, 'connection refused');
      return false;
    }
    this.#connections += 1;
    socket.once('close', () => {
      this.#connections -= 1;
    });
    return true;
  }
}
