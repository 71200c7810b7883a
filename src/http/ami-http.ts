/**
 * AMI over HTTP: the requests that its listeners, plain and with TLS, share.
 */
import type { FastifyRequest } from 'fastify';
import type { HttpSettings } from '../config/http-settings.js';
import type { FrontDoor } from '../gateway/front-door.js';
import { defaultAuthShare } from '../policy/admission.js';
import { type AmiAnswer, errorAnswer } from './ami-answer.js';
import { AmiRequests, type AmiRequestsDeps } from './ami-requests.js';
import { makeHttpDoor } from './http-door.js';
import { NOT_FOUND } from './http-limits.js';
import type { HttpListenerDeps } from './http-listener.js';
import type { HttpSessionsSettings } from './http-sessions.js';
import { type RequestOrigin, readRequest } from './read-request.js';

export interface AmiHttpSettings extends HttpSessionsSettings {
  /** `null`: there is no listener, or none any more. */
  readonly http: HttpSettings | null;
  /** `null`: a share of sessionlimit. */
  readonly connectionsPerAddress: number | null;
}

export class AmiHttp {
  readonly #deps: AmiRequestsDeps;
  readonly #settings: () => AmiHttpSettings;
  readonly #requests: AmiRequests;
  readonly #door: FrontDoor;

  /** `settings` are asked again for every connection and request. */
  constructor(deps: AmiRequestsDeps, settings: () => AmiHttpSettings) {
    this.#deps = deps;
    this.#settings = settings;
    this.#requests = new AmiRequests(deps, settings);
    this.#door = makeHttpDoor(deps, () => {
      const { connectionsPerAddress, http } = settings();
      const maxConnections = http?.sessionLimit ?? 0;
      return { maxConnections, maxConnectionsPerAddress: connectionsPerAddress ?? defaultAuthShare(maxConnections) };
    });
  }

  /** Begins to end sessions that nobody uses any more. */
  start(): void {
    this.#requests.start();
  }

  /** Sessions are ended by who opened them. */
  stop(): void {
    this.#requests.stop();
  }

  get unauthenticatedCount(): number {
    return this.#requests.unauthenticatedCount;
  }

  /** What a listener needs of us. */
  listenerDeps(transport: 'http' | 'https'): HttpListenerDeps {
    const { log, metrics } = this.#deps;
    return {
      arrive: () => this.#door.arrive(),
      accepted: () => metrics.connections.inc({ listener: transport, result: 'accepted' }),
      refused: (remote, reason, code) => this.#door.refused(transport, remote, reason, code),
      flooded: (peer) => {
        metrics.protocolErrors.inc({ kind: 'too-many-requests' });
        log.warn({ peer: peer?.remote.address }, 'connection ended: too many requests at once');
      },
      serverName: () => this.#serverName,
      answer: (request, from) => this.#answer(request, from),
      failed: (error) => log.error({ detail: error.stack }, 'request over HTTP failed'),
    };
  }

  get #serverName(): string {
    const { version } = this.#deps.identity();
    return this.#settings().http?.serverName ?? (version === null ? 'Asterisk' : `Asterisk/${version}`);
  }

  async #answer(request: FastifyRequest, from: RequestOrigin): Promise<AmiAnswer> {
    const { http } = this.#settings();
    // The connection is left over from a listener that was closed.
    if (http === null) return { ...errorAnswer(NOT_FOUND), connection: 'closed' };
    const read = readRequest(request, http.prefix, from);
    return read.ok ? this.#requests.answer(read.value) : errorAnswer(read.failure);
  }
}
