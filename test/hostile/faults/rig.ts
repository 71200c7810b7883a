/**
 * A real Asterisk, the gateway as a process before it, callers and readers at the gateway, and an observer and a source
 * of events at Asterisk itself:
 *
 *     callers, readers ──► gateway ──► [tap] ──► Asterisk ◄── observer, source
 */
import type { RealAsterisk } from '../../asterisk/instance.mjs';
import { provideAsterisk } from '../../asterisk/provide.mjs';
import { DB_FAMILY, DB_ITEMS, dbKey, dbValue, type MakeAttempt, withoutActionId } from './attempts.js';
import { Caller, type CallerSettings } from './caller.js';
import { EventReader } from './event-reader.js';
import { EventSource } from './event-source.js';
import { GatewayProcess, type Memory } from './gateway-process.js';
import { Ledger } from './ledger.js';
import { Tap } from './tap.js';
import { until } from './until.js';
import { WireClient } from './wire-client.js';

export const GATEWAY_USERS = `
[caller]
secret = s
write = all

[watcher]
secret = s
read = system,user

[listener]
secret = s
read = user
`;

export const ASTERISK_USERS = `
[gateway-account]
secret = upstream-secret
read = all
write = all
writetimeout = 5000

[direct]
secret = s
read = all
write = all
writetimeout = 5000
`;
export const ASTERISK_GENERAL = 'authlimit = 1000\nauthtimeout = 60\n';

export interface RigWish {
  readonly name: string;
  readonly gatewayConf: string;
  readonly path: 'direct' | 'tapped';
}

export interface Idle {
  readonly memory: Memory;
  readonly descriptors: number;
}

export class Rig {
  readonly asterisk: RealAsterisk;
  readonly gateway: GatewayProcess;
  readonly tap: Tap | null;
  ledger = new Ledger();
  callers: Caller[] = [];
  readers: EventReader[] = [];
  source: EventSource | null = null;
  #observer: WireClient | null = null;
  #epoch = 0;
  #idle: Idle | null = null;

  private constructor(asterisk: RealAsterisk, gateway: GatewayProcess, tap: Tap | null) {
    this.asterisk = asterisk;
    this.gateway = gateway;
    this.tap = tap;
  }

  static async start(wish: RigWish): Promise<Rig> {
    const asterisk = await provideAsterisk({
      version: '22',
      name: wish.name,
      users: ASTERISK_USERS,
      general: ASTERISK_GENERAL,
    });
    const tap = wish.path === 'tapped' ? new Tap(asterisk.port) : null;
    await tap?.start();
    await fillDatabase(asterisk.port);
    // In an orderly way, so that what was filled in is on the disk.
    await asterisk.stop();
    await asterisk.start();
    const upstreamPort = tap?.port ?? asterisk.port;
    const gateway = await GatewayProcess.start({
      upstreamPort,
      users: GATEWAY_USERS,
      general: ASTERISK_GENERAL,
      gatewayConf: wish.gatewayConf,
    });
    return new Rig(asterisk, gateway, tap);
  }

  /** What Asterisk itself answers to a command now. */
  async commandAnswer(text: string): Promise<string> {
    const client = await this.#direct('off');
    const answer = await client.ask(['Action: Command', `Command: ${text}`]);
    client.close();
    return withoutActionId(answer);
  }

  async addReaders(user: 'watcher' | 'listener', count: number): Promise<void> {
    for (let index = 0; index < count; index++) {
      const client = await WireClient.logIn({ port: this.gateway.port, user, secret: 's', events: 'on' });
      const readsSystem = user === 'watcher';
      this.readers.push(new EventReader(client, { name: `${user} ${index}`, step: 1, first: null, readsSystem }));
    }
  }

  /** The gateway as it was with the readers, and before anybody called. */
  get idle(): Idle {
    if (this.#idle === null) throw new Error('nobody has called yet');
    return this.#idle;
  }

  /** Several of each kind: with and without ActionIDs, one action at a time and many. */
  async addCallers(attempts: readonly MakeAttempt[]): Promise<void> {
    this.#idle ??= { memory: await this.gateway.settledMemory(), descriptors: this.gateway.descriptors };
    const kinds: readonly (readonly [string, number, Omit<CallerSettings, 'name' | 'attempts'>])[] = [
      ['named', 8, { ids: 'named', depth: 1, pauseMs: 2 }],
      ['nameless', 4, { ids: 'nameless', depth: 1, pauseMs: 2 }],
      ['pipelined', 2, { ids: 'named', depth: 10, pauseMs: 2 }],
      ['nameless-pipelined', 2, { ids: 'nameless', depth: 10, pauseMs: 2 }],
    ];
    for (const [name, count, settings] of kinds) {
      for (let index = 0; index < count; index++) {
        const client = await WireClient.logIn({ port: this.gateway.port, user: 'caller', secret: 's', events: 'off' });
        this.callers.push(new Caller(client, this.ledger, { ...settings, name: `${name}${index}`, attempts }));
      }
    }
  }

  /** Watches at Asterisk itself what is executed, and makes events there if so many a second are wished. */
  async attach(eventsPerSecond: number): Promise<void> {
    this.#observer?.close();
    this.#observer = await observeExecutions(this.asterisk.port, this.ledger);
    this.source?.close();
    this.source = null;
    if (eventsPerSecond === 0) return;
    this.#epoch += 1;
    this.source = new EventSource(await this.#direct('off'), `epoch${this.#epoch}`, eventsPerSecond);
    this.source.start();
  }

  /** Everybody stops asking, what is on its way ends, and the callers leave. */
  async endCallers(): Promise<void> {
    for (const caller of this.callers) caller.stop();
    await until('every action has an end', () => this.callers.every((caller) => caller.isIdle), 130_000).catch(
      (error: Error) => this.ledger.fault(error.message),
    );
    for (const caller of this.callers) caller.close();
    this.callers = [];
  }

  /** Waits until the gateway holds nothing but the readers. */
  async untilIdle(): Promise<void> {
    const { descriptors } = this.idle;
    await until('the descriptors are back', () => this.gateway.descriptors <= descriptors, 30_000);
  }

  /** What no reader may ever have met. */
  get readerFaults(): readonly string[] {
    return this.readers.flatMap((reader) => reader.faults);
  }

  async stop(): Promise<void> {
    for (const caller of this.callers) caller.close();
    for (const reader of this.readers) reader.close();
    this.source?.close();
    this.#observer?.close();
    await this.gateway.stop();
    await this.tap?.stop();
    this.asterisk.resume();
    await this.asterisk.kill();
  }

  #direct(events: string): Promise<WireClient> {
    return WireClient.logIn({ port: this.asterisk.port, user: 'direct', secret: 's', events });
  }
}

/** Counts at Asterisk itself what was executed. */
export async function observeExecutions(port: number, ledger: Ledger): Promise<WireClient> {
  const observer = await WireClient.logIn({ port, user: 'direct', secret: 's', events: 'user' });
  observer.onBlock = (block) => {
    const tried = /\r\nTried: ([^\r\n]+)\r\n/.exec(block)?.[1];
    if (tried !== undefined) ledger.executed(tried);
  };
  return observer;
}

/** What `dbList` asks for. */
export async function fillDatabase(port: number): Promise<void> {
  const client = await WireClient.logIn({ port, user: 'direct', secret: 's', events: 'off' });
  let answered = 0;
  client.onBlock = () => {
    answered += 1;
  };
  for (let index = 0; index < DB_ITEMS; index++) {
    const entry = [`Family: ${DB_FAMILY}`, `Key: ${dbKey(index)}`, `Val: ${dbValue(index)}`];
    client.sendAction(['Action: DBPut', ...entry]);
  }
  await until('the database is filled', () => answered === DB_ITEMS, 60_000);
  client.close();
}
