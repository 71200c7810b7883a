/** Clients that log in again and again, each from an address of its own, while what the gateway asks for them breaks. */
import { setTimeout as delay } from 'node:timers/promises';
import { WireClient } from './wire-client.js';

const PAUSE_MS = 60;

export class LoginLoop {
  logins = 0;
  /** The slowest login since it was last taken, in milliseconds. */
  slowestMs = 0;
  readonly faults: string[] = [];
  #isRunning = true;
  readonly #loops: readonly Promise<void>[];

  /** Two clients for each port. */
  constructor(ports: readonly number[]) {
    this.#loops = [...ports, ...ports].map((port, index) => this.#loop(port, `127.0.0.${10 + index}`));
  }

  takeSlowest(): number {
    const slowest = this.slowestMs;
    this.slowestMs = 0;
    return Math.round(slowest);
  }

  async stop(): Promise<void> {
    this.#isRunning = false;
    await Promise.all(this.#loops);
  }

  async #loop(port: number, localAddress: string): Promise<void> {
    while (this.#isRunning) {
      const beganAt = performance.now();
      await this.#logIn(port, localAddress).catch((error: Error) => this.faults.push(error.message));
      this.slowestMs = Math.max(this.slowestMs, performance.now() - beganAt);
      await delay(PAUSE_MS);
    }
  }

  async #logIn(port: number, localAddress: string): Promise<void> {
    const client = await WireClient.logIn({ port, user: 'caller', secret: 's', events: 'off', localAddress });
    const pong = await client.ask(['Action: Ping']);
    client.close();
    if (!pong.startsWith('Response: Success\r\nPing: Pong\r\n')) throw new Error(`a ping was answered by ${pong}`);
    this.logins += 1;
  }
}

/** One guess; `null` when the connection was closed without a word, as it is to who is banned. */
export async function guess(port: number, localAddress: string): Promise<'refused' | 'banned'> {
  const client = new WireClient(port, localAddress);
  const answer = await client.ask(['Action: Login', `Username: guess${localAddress}`, 'Secret: wrong']);
  client.close();
  if (answer === '') return 'banned';
  if (answer === 'Response: Error\r\nMessage: Authentication failed\r\n\r\n') return 'refused';
  throw new Error(`a guess was answered by ${answer}`);
}
