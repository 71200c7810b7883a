/** The admin listener: `/metrics` for Prometheus, `/livez` and `/readyz` for whoever keeps the container running. */
import { fastify } from 'fastify';
import type { Registry } from 'prom-client';
import { fail, type Result, succeed } from '../lib/result.js';
import { addStatusRoutes, type StatusPage } from './status-routes.js';

export interface AdminDeps {
  readonly registry: Registry;
  /** `null` only while the upstream is logged in and the listener is open. */
  readonly whyNotReady: () => string | null;
  /** Reads the gauges that are measured when somebody asks. */
  readonly measure: () => void;
  /** As it is now; `null`: there is no status page here. */
  readonly statusPage: () => StatusPage | null;
}

export interface AdminSettings {
  readonly bindAddress: string;
  readonly port: number;
}

/** How long a request may take to come, and an answer may find nobody who reads it. */
const STALL_MS = 10_000;
/** Longer than Prometheus pauses by default, so that it need not connect anew. */
const KEEP_ALIVE_MS = 72_000;
/** More than monitors have; beyond it connections are closed at once. */
const MOST_CONNECTIONS = 64;

export class AdminServer {
  readonly #deps: AdminDeps;
  readonly #settings: AdminSettings;
  readonly #server = fastify({
    logger: false,
    bodyLimit: 4096,
    connectionTimeout: STALL_MS,
    requestTimeout: STALL_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: { headersTimeout: STALL_MS, connectionsCheckingInterval: 1000 },
  });

  constructor(deps: AdminDeps, settings: AdminSettings) {
    this.#deps = deps;
    this.#settings = settings;
  }

  async start(): Promise<Result<void>> {
    const { registry, whyNotReady, measure } = this.#deps;
    this.#server.get('/livez', async () => 'ok\n');
    this.#server.get('/readyz', async (_request, reply) => {
      const reason = whyNotReady();
      return reason === null ? 'ready\n' : reply.code(503).send(`not ready: ${reason}\n`);
    });
    this.#server.get('/metrics', async (_request, reply) => {
      measure();
      return reply.type(registry.contentType).send(await registry.metrics());
    });
    addStatusRoutes(this.#server, this.#deps.statusPage);
    this.#server.server.maxConnections = MOST_CONNECTIONS;
    const { bindAddress, port } = this.#settings;
    try {
      await this.#server.listen({ host: bindAddress, port });
      return succeed(undefined);
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      return fail(`cannot serve metrics on ${bindAddress} port ${port}: ${cause}; see [metrics] in gateway.conf`);
    }
  }

  /** The port in use, once started. */
  get port(): number {
    const [address] = this.#server.addresses();
    return address === undefined || typeof address === 'string' ? this.#settings.port : address.port;
  }

  async stop(): Promise<void> {
    await this.#server.close();
  }
}
