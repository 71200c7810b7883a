/**
 * One way in, open or not: what listens there now, and the change that a new configuration asks of it.
 *
 *     plan ──► prepare what stays ──► free places that others need ──► open ──► commit │ abandon
 *
 * Nothing is lost before `commit`: what was opened can be closed, and what had to be closed is opened again.
 */
import type { Config } from '../config/load.js';
import { type Result, succeed } from '../lib/result.js';
import type { Entrance } from '../net/entrance.js';
import { isSamePlace, type Place } from './places.js';

/** Which settings a configuration has for it, and what they make. */
export interface GateDeps<Settings extends Place> {
  /** `null`: it is to be closed. */
  readonly settingsOf: (config: Config) => Settings | null;
  readonly make: (settings: Settings) => Entrance<Settings>;
}

/** The change of one gate, step by step. */
export interface GateChange {
  /** Where it will listen and does not yet; `null` for nowhere new. */
  readonly opens: Place | null;
  /** Where it listens and will not any more. */
  readonly closes: Place | null;
  /** Reads what the new settings name; fails without an effect. */
  prepare(): Result<void>;
  /** Gives up its old place before `open`. */
  free(): void;
  open(): Promise<Result<void>>;
  /** Puts it in force; resolves when the last connection of what was closed is over. */
  commit(): Promise<void>;
  /** Closes what was opened. */
  withdraw(): void;
  /** Behind every `withdraw`: takes the old place again; fails where it is lost. */
  restore(): Promise<Result<void>>;
}

interface Opened<Settings> {
  readonly entrance: Entrance<Settings>;
  readonly settings: Settings;
}

const NOTHING = succeed(undefined);

export class Gate<Settings extends Place> {
  readonly #deps: GateDeps<Settings>;
  #opened: Opened<Settings> | null = null;

  constructor(deps: GateDeps<Settings>) {
    this.#deps = deps;
  }

  /** `null` while it is closed. */
  get port(): number | null {
    return this.#opened?.entrance.port ?? null;
  }

  /** Opens it where the configuration has it, for the first time. */
  async start(config: Config): Promise<Result<void>> {
    const change = this.plan(config);
    const opened = await change.open();
    if (opened.ok) await change.commit();
    return opened;
  }

  plan(config: Config): GateChange {
    const wanted = this.#deps.settingsOf(config);
    const old = this.#opened;
    if (wanted !== null && old !== null && isSamePlace(wanted, old.settings)) return this.#stay(old.entrance, wanted);
    return this.#move(old, wanted);
  }

  async stop(): Promise<void> {
    await this.#opened?.entrance.stop();
  }

  abort(): void {
    this.#opened?.entrance.abort();
  }

  #stay(entrance: Entrance<Settings>, settings: Settings): GateChange {
    let apply: () => void = () => undefined;
    return {
      opens: null,
      closes: null,
      prepare: () => {
        const prepared = entrance.prepare(settings);
        if (!prepared.ok) return prepared;
        apply = prepared.value;
        return NOTHING;
      },
      free: () => undefined,
      open: async () => NOTHING,
      commit: async () => {
        apply();
        this.#opened = { entrance, settings };
      },
      withdraw: () => undefined,
      restore: async () => NOTHING,
    };
  }

  #move(old: Opened<Settings> | null, wanted: Settings | null): GateChange {
    let entrance: Entrance<Settings> | null = null;
    let isFreed = false;
    return {
      opens: wanted,
      closes: old?.settings ?? null,
      prepare: () => NOTHING,
      free: () => {
        isFreed = true;
        void old?.entrance.stop();
      },
      open: async () => {
        if (wanted === null) return NOTHING;
        const made = this.#deps.make(wanted);
        const started = await made.start();
        if (started.ok) entrance = made;
        return started;
      },
      commit: async () => {
        this.#opened = entrance === null || wanted === null ? null : { entrance, settings: wanted };
        await old?.entrance.stop();
      },
      withdraw: () => void entrance?.stop(),
      restore: async () => (isFreed && old !== null ? this.#openAgain(old.settings) : NOTHING),
    };
  }

  async #openAgain(settings: Settings): Promise<Result<void>> {
    const entrance = this.#deps.make(settings);
    const started = await entrance.start();
    this.#opened = started.ok ? { entrance, settings } : null;
    return started;
  }
}
