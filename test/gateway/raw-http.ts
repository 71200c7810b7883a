/** HTTP byte by byte: what a test sends leaves as it is, and what comes back is shown as it came. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  readonly statusLine: string;
  /** In order, as they came. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

const DEADLINE_MS = 20_000;

export class RawHttp {
  readonly socket: Socket;
  #received = '';
  #isEnded = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      this.#received += text;
    });
    socket.on('close', () => {
      this.#isEnded = true;
    });
    socket.on('error', () => undefined);
  }

  static async connect(port: number, localAddress = '127.0.0.1'): Promise<RawHttp> {
    const socket = connect({ port, host: '127.0.0.1', localAddress });
    const client = new RawHttp(socket);
    await once(socket, 'connect');
    return client;
  }

  send(text: string): void {
    this.socket.write(Buffer.from(text, 'latin1'));
  }

  /** The next answer; `method` is that of its request, because an answer to HEAD has no body. */
  async read(method = 'GET'): Promise<RawAnswer> {
    const head = await this.#take((text) => text.indexOf('\r\n\r\n') + 4, '\r\n\r\n');
    const [statusLine = '', ...lines] = head.slice(0, -4).split('\r\n');
    const headers = lines.map((line) => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)] as const;
    });
    const length = Number(headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1] ?? 0);
    const body = method === 'HEAD' ? '' : await this.#take(() => length, null, length);
    return { statusLine, headers, body };
  }

  /** All that comes until the other side closes. */
  async readToEnd(): Promise<string> {
    while (!this.#isEnded) await this.#more();
    const text = this.#received;
    this.#received = '';
    return text;
  }

  close(): void {
    this.socket.destroy();
  }

  async #take(measure: (text: string) => number, marker: string | null, length = 0): Promise<string> {
    while (marker === null ? this.#received.length < length : !this.#received.includes(marker)) {
      if (this.#isEnded) throw new Error(`closed after ${JSON.stringify(this.#received)}`);
      await this.#more();
    }
    const size = measure(this.#received);
    const taken = this.#received.slice(0, size);
    this.#received = this.#received.slice(size);
    return taken;
  }

  async #more(): Promise<void> {
    const done = new AbortController();
    const signal = AbortSignal.any([done.signal, AbortSignal.timeout(DEADLINE_MS)]);
    const events = ['data', 'close'].map((name) => once(this.socket, name, { signal }));
    await Promise.race(events).finally(() => done.abort());
  }
}

export interface Asked {
  readonly method?: string;
  readonly target: string;
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly localAddress?: string;
}

/** One request on a connection of its own. */
export async function ask(port: number, asked: Asked): Promise<RawAnswer> {
  const { method = 'GET', target, headers = [], body = '', localAddress } = asked;
  const client = await RawHttp.connect(port, localAddress);
  const framing = body === '' ? [] : [`Content-Length: ${body.length}`];
  client.send([`${method} ${target} HTTP/1.1`, 'Host: x', ...headers, ...framing, '', body].join('\r\n'));
  const answer = await client.read(method);
  client.close();
  return answer;
}

/** The Cookie header that brings back the session of an answer. */
export function cookieOf({ headers }: RawAnswer): string {
  const value = headers.find(([name]) => name === 'Set-Cookie')?.[1] ?? '';
  return `Cookie: ${value.split(';')[0]}`;
}

export function headerOf({ headers }: RawAnswer, name: string): string | null {
  return headers.find(([one]) => one.toLowerCase() === name.toLowerCase())?.[1] ?? null;
}

const FORM = 'Content-Type: application/x-www-form-urlencoded';

export function post(target: string, body: string, ...headers: readonly string[]): Asked {
  return { method: 'POST', target, headers: [FORM, ...headers], body };
}
