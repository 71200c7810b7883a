/** The metrics listener as an entrance: it has no settings but its address. */
import { type AdminDeps, AdminServer, type AdminSettings } from '../http/admin.js';
import { type Result, succeed } from '../lib/result.js';
import type { Entrance } from '../net/entrance.js';

export class AdminEntrance implements Entrance<AdminSettings> {
  readonly #server: AdminServer;

  constructor(deps: AdminDeps, settings: AdminSettings) {
    this.#server = new AdminServer(deps, settings);
  }

  start(): Promise<Result<void>> {
    return this.#server.start();
  }

  get port(): number {
    return this.#server.port;
  }

  prepare(): Result<() => void> {
    return succeed(() => undefined);
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }

  abort(): void {}
}
