/** A TCP relay between the gateway and Asterisk that breaks a connection after so many bytes from Asterisk. */
import net from 'node:net';

/** In order: the last byte, then a FIN; or a reset, which may take bytes with it that were not read yet. */
export type Cut = 'end' | 'reset';

interface Pipe {
  readonly near: net.Socket;
  readonly far: net.Socket;
  kind: 'unknown' | 'events' | 'actions';
  /** Bytes that may still pass towards the gateway. */
  left: number;
}

export class CutTap {
  readonly #server: net.Server;
  readonly #pipes = new Set<Pipe>();
  #nextLeft = Number.POSITIVE_INFINITY;
  #cut: Cut = 'end';
  /** Cuts that were made. */
  cuts = 0;

  constructor(upstreamPort: number) {
    this.#server = net.createServer((near) => this.#join(near, upstreamPort));
  }

  start(): Promise<void> {
    return new Promise((resolve) => this.#server.listen({ host: '127.0.0.1', port: 0 }, resolve));
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the tap is not started');
    return address.port;
  }

  /** Lets so many more bytes pass on the connections of a kind that are open now. */
  cutAfter(bytes: number, kind: 'events' | 'actions', cut: Cut): void {
    this.#cut = cut;
    // What is asked must reach Asterisk all the same: a cut before the first byte waits for that byte.
    for (const pipe of this.#pipes) if (pipe.kind === kind) pipe.left = bytes;
  }

  /** Breaks everything, and lets so many bytes pass on the connection that comes next. */
  cutNextAfter(bytes: number, kind: 'all' | 'actions', cut: Cut): void {
    this.#cut = cut;
    this.#nextLeft = bytes;
    for (const pipe of [...this.#pipes]) if (kind === 'all' || pipe.kind === kind) this.#break(pipe);
  }

  async stop(): Promise<void> {
    for (const pipe of this.#pipes) this.#break(pipe);
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #join(near: net.Socket, port: number): void {
    const far = net.connect({ host: '127.0.0.1', port });
    const pipe: Pipe = { near, far, kind: 'unknown', left: this.#nextLeft };
    this.#nextLeft = Number.POSITIVE_INFINITY;
    this.#pipes.add(pipe);
    for (const socket of [near, far]) {
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => this.#break(pipe));
    }
    near.on('data', (chunk: Buffer) => {
      if (chunk.includes('\r\nEvents: on\r\n')) pipe.kind = 'events';
      if (chunk.includes('\r\nEvents: off\r\n')) pipe.kind = 'actions';
      far.write(chunk);
    });
    far.on('data', (chunk: Buffer) => this.#pass(pipe, chunk));
    if (pipe.left === 0) this.#cutNow(pipe);
  }

  #pass(pipe: Pipe, chunk: Buffer): void {
    const passing = chunk.subarray(0, Math.min(pipe.left, chunk.length));
    pipe.left -= passing.length;
    if (passing.length > 0) pipe.near.write(passing);
    if (pipe.left === 0 && !pipe.near.destroyed) this.#cutNow(pipe);
  }

  #cutNow(pipe: Pipe): void {
    this.cuts += 1;
    this.#pipes.delete(pipe);
    pipe.left = 0;
    if (this.#cut === 'end') pipe.near.end();
    else pipe.near.resetAndDestroy();
    pipe.far.destroy();
  }

  #break(pipe: Pipe): void {
    // One that was cut still has its last bytes to bring.
    if (!this.#pipes.delete(pipe)) return;
    pipe.near.destroy();
    pipe.far.destroy();
  }
}
