/** One AMI conversation, cut into blocks as they come. It keeps nothing, so that it can last for hours. */
import { once } from 'node:events';
import net from 'node:net';

const BLOCK_END = Buffer.from('\r\n\r\n', 'latin1');
const DEADLINE_MS = 20_000;

export interface WireAccount {
  readonly port: number;
  readonly user: string;
  readonly secret: string;
  /** The event mask to log in with. */
  readonly events: string;
  readonly localAddress?: string;
}

export class WireClient {
  /** Told each block with its closing empty line, in order. */
  onBlock: (block: string) => void = () => undefined;
  onEnd: () => void = () => undefined;
  readonly #socket: net.Socket;
  #rest: Buffer = Buffer.alloc(0);
  #banner: string | null = null;
  #isOpen = true;

  constructor(port: number, localAddress = '127.0.0.1') {
    this.#socket = net.connect({ host: '127.0.0.1', port, localAddress });
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => this.#end());
  }

  /** Connects and logs in. The owner sets `onBlock` before another turn of the loop: what follows is not kept. */
  static async logIn({ port, user, secret, events, localAddress }: WireAccount): Promise<WireClient> {
    const client = new WireClient(port, localAddress);
    const answer = await client.ask(['Action: Login', `Username: ${user}`, `Secret: ${secret}`, `Events: ${events}`]);
    if (answer.startsWith('Response: Success\r\n')) return client;
    client.close();
    throw new Error(`${user} was not let in: ${answer}`);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Sends an action and resolves with the first block that follows; empty when the connection ended instead. */
  ask(lines: readonly string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => reject(new Error(`no answer to ${lines[0]}`)), DEADLINE_MS);
      const finish = (block: string) => {
        clearTimeout(deadline);
        this.onBlock = () => undefined;
        this.onEnd = () => undefined;
        resolve(block);
      };
      this.onBlock = finish;
      this.onEnd = () => finish('');
      this.sendAction(lines);
    });
  }

  sendAction(lines: readonly string[]): void {
    this.send(`${lines.join('\r\n')}\r\n\r\n`);
  }

  send(text: string): void {
    this.#socket.write(Buffer.from(text, 'latin1'));
  }

  /** Bytes that the other side has not taken yet. */
  get waitingBytes(): number {
    return this.#socket.writableLength;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#socket.destroy();
  }

  async ended(): Promise<void> {
    if (this.#isOpen) await once(this.#socket, 'close', { signal: AbortSignal.timeout(DEADLINE_MS) });
  }

  #take(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    if (this.#banner === null) this.#takeBanner();
    let from = 0;
    for (let end = this.#rest.indexOf(BLOCK_END); end >= 0; end = this.#rest.indexOf(BLOCK_END, from)) {
      const block = this.#rest.toString('latin1', from, end + BLOCK_END.length);
      from = end + BLOCK_END.length;
      this.onBlock(block);
    }
    this.#rest = Buffer.from(this.#rest.subarray(from));
  }

  #takeBanner(): void {
    const end = this.#rest.indexOf('\r\n');
    if (end < 0) return;
    this.#banner = this.#rest.toString('latin1', 0, end);
    this.#rest = this.#rest.subarray(end + 2);
  }

  #end(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.onEnd();
  }
}
