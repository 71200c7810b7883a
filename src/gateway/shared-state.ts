/**
 * The connection to Redis, where gateways that stand side by side share what they know of guessers. While it is away,
 * slow or broken every question is answered at once with what stands in for it; one log line for each change.
 */
import { Redis } from 'ioredis';
import type { Log } from '../telemetry/logger.js';
import type { Metrics } from '../telemetry/metrics.js';

export interface SharedStateDeps {
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface SharedStateSettings {
  /** `redis://[user:secret@]host[:port][/database]`, or `rediss://` for TLS. */
  readonly url: string;
  /** How long one answer may take, in milliseconds: a login waits for it. */
  readonly timeoutMs: number;
}

/** How soon it is asked again after it broke. */
const RETRY_LEAST_MS = 100;
const RETRY_MOST_MS = 5000;

export class SharedState {
  readonly client: Redis;
  readonly #deps: SharedStateDeps;
  readonly #settings: SharedStateSettings;
  /** `null` until it is known. */
  #isUp: boolean | null = null;
  #isStopped = false;

  constructor(deps: SharedStateDeps, settings: SharedStateSettings) {
    this.#deps = deps;
    this.#settings = settings;
    this.client = new Redis(settings.url, {
      lazyConnect: true,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      connectTimeout: Math.max(1000, settings.timeoutMs),
      retryStrategy: (times) => Math.min(RETRY_LEAST_MS * 2 ** Math.min(times, 10), RETRY_MOST_MS),
    });
    this.client.on('ready', () => this.#note(true, ''));
    this.client.on('error', (error: Error) => this.#note(false, error.message));
    this.client.on('close', () => this.#note(false, 'the connection is closed'));
  }

  /** Begins to connect and keeps at it; the gateway does not wait for it. */
  start(): void {
    // A failure is told by the events above, and tried again.
    this.client.connect().catch(() => undefined);
  }

  stop(): void {
    this.#isStopped = true;
    this.client.disconnect();
  }

  /** What Redis says, or `otherwise` where it says nothing in time. Never rejects. */
  async ask<Value>(question: () => Promise<Value>, otherwise: Value): Promise<Value> {
    if (this.client.status !== 'ready') return otherwise;
    let deadline: NodeJS.Timeout | undefined;
    const late = new Promise<Value>((resolve) => {
      deadline = setTimeout(() => {
        this.#note(false, `no answer within ${this.#settings.timeoutMs} ms`);
        // A server that hangs must not make every login wait: the connection is made anew.
        this.client.disconnect(true);
        resolve(otherwise);
      }, this.#settings.timeoutMs);
    });
    const answer = question().catch((error: unknown) => {
      this.#note(false, error instanceof Error ? error.message : String(error));
      return otherwise;
    });
    const first = await Promise.race([answer, late]);
    clearTimeout(deadline);
    return first;
  }

  #note(isUp: boolean, detail: string): void {
    if (this.#isUp === isUp || this.#isStopped) return;
    this.#isUp = isUp;
    this.#deps.metrics.sharedStateUp.set(isUp ? 1 : 0);
    if (isUp) this.#deps.log.info('the shared state in Redis is there');
    else this.#deps.log.error({ detail }, 'the shared state in Redis is gone: each gateway counts for itself');
  }
}
