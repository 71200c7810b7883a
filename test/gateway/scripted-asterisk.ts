/**
 * A scripted upstream: speaks enough AMI to be logged in to, answers as a test tells it, and sends events. Nothing of
 * the gateway is in it; where its words matter they are Asterisk's.
 */
import { createServer, type Server, type Socket } from 'node:net';

export interface ReceivedAction {
  /** Header lines as they came, without terminators. */
  readonly lines: readonly string[];
  readonly name: string;
  readonly actionId: string;
  /** Which connection it came on, from 0. */
  readonly connection: number;
}

/** Answers an action: the bytes to send, or `null` to stay silent. */
export type Script = (action: ReceivedAction) => string | null;

const COMMANDS = [
  'CoreStatus: Show PBX core status variables.  (Priv: system,reporting,all)',
  'Originate: Originate a call.  (Priv: originate,all)',
  'UserEvent: Send an arbitrary event.  (Priv: user,all)',
  'Slow: Never answers.  (Priv: call,all)',
  'Command: Execute Asterisk CLI Command.  (Priv: command,all)',
  'QueueStatus: Show queue status.  (Priv: <none>)',
];

export class ScriptedAsterisk {
  readonly #server: Server;
  readonly #connections: ScriptedConnection[] = [];
  readonly received: ReceivedAction[] = [];
  script: Script = () => null;
  /** Actions that get no answer at all. */
  silence: (action: ReceivedAction) => boolean = () => false;
  banner = 'Asterisk Call Manager/11.0.0\r\n';
  secret = 'upstream-secret';

  constructor() {
    this.#server = createServer((socket) => {
      this.#connections.push(new ScriptedConnection(this, socket, this.#connections.length));
    });
  }

  async start(port = 0): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen({ host: '127.0.0.1', port }, resolve));
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('not started');
    return address.port;
  }

  /** Sends an event on every connection that logged in with `Events: on`. */
  emit(text: string): void {
    for (const connection of this.#connections) if (connection.wantsEvents) connection.write(text);
  }

  /** Breaks every connection, or those for actions only. */
  breakConnections(which: 'all' | 'actions'): void {
    for (const connection of this.#connections) if (which === 'all' || !connection.wantsEvents) connection.destroy();
  }

  async stop(): Promise<void> {
    this.breakConnections('all');
    if (!this.#server.listening) return;
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  answer(action: ReceivedAction): string | null {
    if (this.silence(action)) return null;
    const id = action.actionId === '' ? '' : `ActionID: ${action.actionId}\r\n`;
    switch (action.name.toLowerCase()) {
      case 'ping':
        return `Response: Success\r\n${id}Ping: Pong\r\nTimestamp: 1.000000\r\n\r\n`;
      case 'listcommands':
        return `Response: Success\r\n${id}${COMMANDS.map((line) => `${line}\r\n`).join('')}\r\n`;
      case 'challenge':
        return `Response: Success\r\n${id}Challenge: 1234\r\n\r\n`;
      default:
        return this.script(action);
    }
  }
}

class ScriptedConnection {
  readonly #asterisk: ScriptedAsterisk;
  readonly #socket: Socket;
  readonly #number: number;
  #received = '';
  wantsEvents = false;

  constructor(asterisk: ScriptedAsterisk, socket: Socket, number: number) {
    this.#asterisk = asterisk;
    this.#socket = socket;
    this.#number = number;
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.write(asterisk.banner);
  }

  write(text: string): void {
    if (!this.#socket.destroyed) this.#socket.write(Buffer.from(text, 'latin1'));
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#received += chunk.toString('latin1');
    for (let end = this.#received.indexOf('\r\n\r\n'); end >= 0; end = this.#received.indexOf('\r\n\r\n')) {
      const lines = this.#received.slice(0, end).split(/\r?\n/);
      this.#received = this.#received.slice(end + 4);
      this.#act(lines);
    }
  }

  #act(lines: readonly string[]): void {
    const value = (name: string) =>
      lines.find((line) => line.toLowerCase().startsWith(`${name}: `))?.slice(name.length + 2);
    const name = value('action') ?? '';
    if (name === 'Login') return this.#logIn(value('events') ?? '');
    const action = { lines, name, actionId: value('actionid') ?? '', connection: this.#number };
    this.#asterisk.received.push(action);
    const answer = this.#asterisk.answer(action);
    if (answer !== null) this.write(answer);
  }

  #logIn(events: string): void {
    this.wantsEvents = events === 'on';
    this.write('Response: Success\r\nMessage: Authentication accepted\r\n\r\n');
    if (!this.wantsEvents) return;
    this.write(
      'Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: 10\r\nLastReload: 10\r\nStatus: Fully Booted\r\n\r\n',
    );
  }
}
