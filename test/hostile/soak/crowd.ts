/** All who take part in the soak: who behaves, and is held to every event and answer; and who does not. */
import type { RealAsterisk } from '../../asterisk/instance.mjs';
import { provideAsterisk } from '../../asterisk/provide.mjs';
import { channelList, dbList, SHOW_FUNCTIONS, showFunctions, userEvent } from '../faults/attempts.js';
import { Caller } from '../faults/caller.js';
import { EventReader } from '../faults/event-reader.js';
import { EventSource } from '../faults/event-source.js';
import { GatewayProcess, type Memory } from '../faults/gateway-process.js';
import { Ledger } from '../faults/ledger.js';
import { ASTERISK_GENERAL, ASTERISK_USERS, fillDatabase, observeExecutions } from '../faults/rig.js';
import { until } from '../faults/until.js';
import { WireClient } from '../faults/wire-client.js';
import { browsing, calling, type Guests, guessing, notReading, reconnecting } from './guests.js';
import { Sampler } from './samples.js';
import { CALLERS, READERS, SOAK_USERS, SOURCES } from './soak-accounts.js';
import { WebSession } from './web-session.js';

/** One address guesses and is banned; everybody else comes from one that never is. */
const GATEWAY = 'pool_idle_timeout = 2\n[bans]\nallow = 127.0.0.1\nban_time = 20\nmax_delay = 1\n';
const WEB_READERS = 4;

export interface Idle {
  readonly memory: Memory;
  readonly descriptors: number;
  readonly sessions: number;
}

export class Crowd {
  readonly gateway: GatewayProcess;
  readonly asterisk: RealAsterisk;
  readonly sampler: Sampler;
  readonly ledger = new Ledger();
  readonly readers: EventReader[] = [];
  readonly sources: EventSource[] = [];
  readonly guesses = { refused: 0, banned: 0 };
  readonly sluggards = { closed: 0 };
  guests: Readonly<Record<string, Guests>> = {};
  readonly #callers: Caller[] = [];
  readonly #webReaders: WebSession[] = [];
  #observer: WireClient | null = null;

  private constructor(asterisk: RealAsterisk, gateway: GatewayProcess) {
    this.asterisk = asterisk;
    this.gateway = gateway;
    this.sampler = new Sampler(gateway);
  }

  static async gather(): Promise<Crowd> {
    const asterisk = await provideAsterisk({
      version: '22',
      name: 'soak',
      users: ASTERISK_USERS,
      general: ASTERISK_GENERAL,
    });
    await fillDatabase(asterisk.port);
    const wish = { users: SOAK_USERS, general: ASTERISK_GENERAL, gatewayConf: GATEWAY, http: true };
    return new Crowd(asterisk, await GatewayProcess.start({ ...wish, upstreamPort: asterisk.port }));
  }

  /** Everybody comes and begins; resolves with the gateway as it was without anybody. */
  async begin(): Promise<Idle> {
    const idle = await this.#idle();
    this.#observer = await observeExecutions(this.asterisk.port, this.ledger);
    await this.#addReaders();
    await this.#addCallers();
    await this.#startSources();
    for (const caller of this.#callers) caller.start();
    this.guests = {
      reconnecting: reconnecting(this.gateway.port),
      guessing: guessing(this.gateway.port, this.guesses),
      notReading: notReading(this.gateway.port, this.sluggards),
      browsing: browsing(this.gateway.httpPort),
      calling: await calling(this.asterisk.port),
    };
    this.sampler.start();
    return idle;
  }

  /** Everybody ends what is on its way and leaves; resolves with the gateway as it is then. */
  async end(): Promise<Idle> {
    this.sampler.stop();
    await Promise.all(Object.values(this.guests).map((guests) => guests.stop()));
    for (const source of this.sources) source.stop();
    for (const caller of this.#callers) caller.stop();
    await this.#untilSettled().catch((error: Error) => this.ledger.fault(error.message));
    await Promise.all(this.#webReaders.map((session) => session.logOff()));
    for (const part of [...this.#callers, ...this.readers, ...this.sources]) part.close();
    await until('nobody is left', async () => (await this.#sessions()) === 0, 30_000).catch(() => undefined);
    await until('the pool is empty', async () => (await this.#pooled()) === 0, 30_000).catch(() => undefined);
    return this.#idle();
  }

  /** Whatever happened, nothing of it goes on. */
  async leave(): Promise<void> {
    this.sampler.stop();
    await Promise.all(Object.values(this.guests).map((guests) => guests.stop()));
    for (const part of [...this.#callers, ...this.readers, ...this.sources]) part.close();
    this.#observer?.close();
    await this.gateway.stop();
    await this.asterisk.kill();
  }

  get received(): number {
    return this.readers.reduce((sum, reader) => sum + reader.received, 0);
  }

  /** Everything that must not be, in words. */
  get faults(): readonly string[] {
    const guests = Object.values(this.guests).flatMap((each) => each.faults);
    const readers = this.readers.flatMap((reader) => reader.faults);
    return [...this.ledger.faults, ...this.ledger.wronglyExecuted, ...readers, ...guests];
  }

  async #addReaders(): Promise<void> {
    for (const { user, count, step, first, readsSystem } of READERS) {
      for (let index = 0; index < count; index++) {
        const client = await WireClient.logIn({ port: this.gateway.port, user, secret: 's', events: 'on' });
        this.readers.push(new EventReader(client, { name: `${user} ${index}`, step, first, readsSystem }));
      }
    }
    for (let index = 0; index < WEB_READERS; index++) {
      const session = await WebSession.logIn(this.gateway.httpPort, 'web');
      const settings = { name: `web ${index}`, step: 1, first: 1, readsSystem: false } as const;
      this.readers.push(new EventReader(session, settings));
      this.#webReaders.push(session);
      await session.fetchEvents();
    }
  }

  async #addCallers(): Promise<void> {
    const direct = await WireClient.logIn({ port: this.asterisk.port, user: 'direct', secret: 's', events: 'off' });
    const functions = showFunctions(
      new Set((await direct.ask(['Action: Command', `Command: ${SHOW_FUNCTIONS}`])).split('\r\n')),
    );
    direct.close();
    // Long answers are rare, as they are in life.
    const attempts = [userEvent, channelList, userEvent, functions, userEvent, channelList, userEvent, dbList];
    for (const { name, count, ...settings } of CALLERS) {
      for (let index = 0; index < count; index++) {
        const client = await WireClient.logIn({ port: this.gateway.port, user: 'caller', secret: 's', events: 'off' });
        this.#callers.push(new Caller(client, this.ledger, { ...settings, name: `${name}${index}`, attempts }));
      }
    }
  }

  async #startSources(): Promise<void> {
    for (const { name, mostPerSecond } of SOURCES) {
      const client = await WireClient.logIn({ port: this.asterisk.port, user: 'direct', secret: 's', events: 'off' });
      this.sources.push(new EventSource(client, name, mostPerSecond));
    }
    for (const source of this.sources) source.start();
  }

  async #untilSettled(): Promise<void> {
    await until('every action has an end', () => this.#callers.every((caller) => caller.isIdle), 130_000);
    await until('every event was made', () => this.sources.every((source) => source.isSettled), 30_000);
    const isComplete = () => this.readers.every((reader) => this.sources.every((source) => reader.hasAllOf(source)));
    await until('every reader has every event', isComplete, 30_000);
  }

  async #idle(): Promise<Idle> {
    const sessions = await this.#sessions();
    return { memory: await this.gateway.settledMemory(), descriptors: this.gateway.descriptors, sessions };
  }

  async #sessions(): Promise<number> {
    const metrics = await this.gateway.metrics();
    return [...metrics].filter(([name]) => name.startsWith('sessions{')).reduce((sum, [, value]) => sum + value, 0);
  }

  async #pooled(): Promise<number> {
    const metrics = await this.gateway.metrics();
    const states = [...metrics].filter(([name]) => name.startsWith('upstream_connections{'));
    return states.reduce((sum, [, value]) => sum + value, 0);
  }
}
