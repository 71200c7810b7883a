/** A session of AMI over HTTP, as a page in a browser holds it: a cookie, one request at a time. */
import { once } from 'node:events';
import http from 'node:http';
import { text } from 'node:stream/consumers';
import type { BlockPort } from '../faults/event-reader.js';

const DEADLINE_MS = 20_000;

export class WebSession implements BlockPort {
  onBlock: (block: string) => void = () => undefined;
  onEnd: () => void = () => undefined;
  readonly #port: number;
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  #cookie = '';
  #isOpen = true;
  #fetching: Promise<void> = Promise.resolve();

  constructor(port: number) {
    this.#port = port;
  }

  static async logIn(port: number, user: string): Promise<WebSession> {
    const session = new WebSession(port);
    const answer = await session.ask(`action=login&username=${user}&secret=s`);
    if (!answer.includes('Authentication accepted')) throw new Error(`${user} was not let in over HTTP: ${answer}`);
    return session;
  }

  /** The body of the answer to one action. */
  async ask(query: string): Promise<string> {
    const headers = this.#cookie === '' ? {} : { cookie: this.#cookie };
    const options = { host: '127.0.0.1', port: this.#port, path: `/rawman?${query}`, headers, agent: this.#agent };
    const request = http.get(options);
    const [answer] = await once(request, 'response', { signal: AbortSignal.timeout(DEADLINE_MS) });
    const [cookie] = answer.headers['set-cookie'] ?? [];
    if (cookie !== undefined) this.#cookie = cookie.split(';')[0] ?? '';
    return text(answer);
  }

  /** Fetches events from now on, until it logs off or is closed. */
  async fetchEvents(): Promise<void> {
    await this.ask('action=waitevent&timeout=0');
    this.#fetching = this.#fetch();
  }

  async logOff(): Promise<void> {
    this.#isOpen = false;
    await this.#fetching;
    await this.ask('action=logoff');
    this.close();
  }

  close(): void {
    this.#isOpen = false;
    this.#agent.destroy();
  }

  async #fetch(): Promise<void> {
    while (this.#isOpen) {
      const body = await this.ask('action=waitevent&timeout=2').catch(() => '');
      if (!this.#isOpen) return;
      if (!body.startsWith('Response: Success\r\n')) return this.onEnd();
      for (const block of body.split('\r\n\r\n')) if (block !== '') this.onBlock(`${block}\r\n\r\n`);
    }
  }
}
