/**
 * A TCP relay between the gateway and Asterisk that can go silent, as a network does whose packets are dropped: both
 * ends stay open, and nothing passes any more. What came into being before stays silent for ever; new connections pass
 * again once it has healed.
 */
import net from 'node:net';

interface Pipe {
  readonly near: net.Socket;
  readonly far: net.Socket;
  /** Whether it was logged in without events, as connections for actions are. */
  isForActions: boolean;
}

export class Tap {
  readonly #server: net.Server;
  readonly #pipes = new Set<Pipe>();
  #isSilent = false;

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

  /** From now on no byte passes, in either direction, and nobody is told: on no connection, or on those for actions. */
  fallSilent(which: 'all' | 'actions'): void {
    this.#isSilent = true;
    for (const { near, far, isForActions } of this.#pipes) {
      if (which === 'actions' && !isForActions) continue;
      near.unpipe(far);
      far.unpipe(near);
      near.pause();
      far.pause();
    }
  }

  /** New connections pass; the old ones never do. */
  heal(): void {
    this.#isSilent = false;
  }

  async stop(): Promise<void> {
    for (const { near, far } of this.#pipes) {
      near.destroy();
      far.destroy();
    }
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #join(near: net.Socket, port: number): void {
    near.on('error', () => undefined);
    const far = net.connect({ host: '127.0.0.1', port });
    far.on('error', () => undefined);
    const pipe: Pipe = { near, far, isForActions: false };
    this.#pipes.add(pipe);
    near.on('close', () => {
      this.#pipes.delete(pipe);
      far.destroy();
    });
    far.on('close', () => near.destroy());
    near.setNoDelay(true);
    far.setNoDelay(true);
    if (this.#isSilent) return;
    near.on('data', (chunk: Buffer) => {
      pipe.isForActions ||= chunk.includes('Events: off');
    });
    near.pipe(far);
    far.pipe(near);
  }
}
