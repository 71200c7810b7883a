/**
 * Where operators reach the running gateway: HTTP on a Unix socket, whose mode says who may, or on a loopback port, where
 * a secret does. Whoever comes in may do everything.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { type FastifyInstance, type FastifyRequest, fastify } from 'fastify';
import type { AdminSettings } from '../config/gateway-settings.js';
import type { Operator } from '../gateway/administration.js';
import { fail, type Result, succeed } from '../lib/result.js';
import { listenOnUnixSocket } from '../net/unix-socket.js';
import { addOperatorRoutes, type OperatorRoutesDeps } from './operator-routes.js';

type OpenSettings = Exclude<AdminSettings, { readonly kind: 'off' }>;

/** How long a request may take to come. */
const REQUEST_MS = 10_000;
/** More than operators have; beyond it connections are closed at once. */
const MOST_CONNECTIONS = 64;

export class OperatorServer {
  readonly #settings: OpenSettings;
  // A pause lasts as long as it was told to, so nothing limits the time of an answer; what is sent to us has a deadline.
  readonly #server = fastify({
    logger: false,
    bodyLimit: 4096,
    forceCloseConnections: true,
    requestTimeout: REQUEST_MS,
    http: { headersTimeout: REQUEST_MS, connectionsCheckingInterval: 1000 },
  });
  readonly #deps: Omit<OperatorRoutesDeps, 'operatorOf'>;

  constructor(deps: Omit<OperatorRoutesDeps, 'operatorOf'>, settings: OpenSettings) {
    this.#deps = deps;
    this.#settings = settings;
  }

  async start(): Promise<Result<void>> {
    const settings = this.#settings;
    if (settings.kind === 'port') askForSecret(this.#server, settings.secret);
    addOperatorRoutes(this.#server, { ...this.#deps, operatorOf: (request) => operatorOf(request, settings.kind) });
    await this.#server.ready();
    this.#server.server.maxConnections = MOST_CONNECTIONS;
    return settings.kind === 'socket' ? this.#listenOnSocket(settings.path) : this.#listenOnPort(settings);
  }

  /** The port in use; `null` on a socket. */
  get port(): number | null {
    const [address] = this.#server.addresses();
    return address === undefined || typeof address === 'string' ? null : address.port;
  }

  async stop(): Promise<void> {
    await this.#server.close();
  }

  async #listenOnSocket(bytes: string): Promise<Result<void>> {
    const path = Buffer.from(bytes, 'latin1').toString('utf8');
    const listening = await listenOnUnixSocket(this.#server.server, path);
    return listening.ok ? listening : fail(`cannot open the admin socket ${path}: ${listening.failure}`);
  }

  async #listenOnPort({ bindAddress, port }: OpenSettings & { readonly kind: 'port' }): Promise<Result<void>> {
    try {
      await this.#server.listen({ host: bindAddress, port });
      return succeed(undefined);
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      return fail(`cannot listen for operators on ${bindAddress} port ${port}: ${cause}`);
    }
  }
}

/** Before anything else is read: whoever has no secret learns only that it is asked for. */
function askForSecret(server: FastifyInstance, secret: string): void {
  const expected = digest(`Bearer ${secret}`);
  server.addHook('onRequest', async (request, reply) => {
    if (timingSafeEqual(digest(request.headers.authorization ?? ''), expected)) return;
    return reply.code(401).header('www-authenticate', 'Bearer').send({ error: 'the secret of [admin] is needed' });
  });
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'latin1').digest();
}

const LONGEST_NAME = 100;

/** As the command tells it. Node cannot ask the system who is at the other end of a socket. */
function operatorOf({ headers }: FastifyRequest, via: Operator['via']): Operator {
  const { 'x-operator': name, 'x-operator-uid': uid } = headers;
  const shown = typeof name === 'string' ? name.replace(/[^\x20-\x7e]/g, '?').slice(0, LONGEST_NAME) : 'unknown';
  return { name: shown, uid: typeof uid === 'string' && /^\d{1,10}$/.test(uid) ? Number(uid) : null, via };
}
