/**
 * A scripted upstream: speaks enough AMI to be logged in to, answers as a test tells it, and sends events. Nothing of
 * the gateway is in it; where its words matter they are Asterisk's.
 */
import { createHash } from 'node:crypto';
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

const CHALLENGE = '1234';

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
  /** Takes the place of the conversation, for upstreams that are no Asterisk or a broken one. */
  impostor: ((socket: Socket) => void) | null = null;
  secret = 'upstream-secret';
  /** What comes behind the login of the event stream. */
  greeting =
    'Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: 10\r\nLastReload: 10\r\nStatus: Fully Booted\r\n\r\n';
  /** Cuts what is sent into writes of so many bytes. */
  pieceBytes = Number.POSITIVE_INFINITY;
  #isHolding = false;
  /** How often somebody connected. */
  connects = 0;

  constructor() {
    this.#server = createServer((socket) => {
      this.connects += 1;
      socket.on('error', () => undefined);
      this.#connections.push(new ScriptedConnection(this, socket, this.#connections.length));
    });
  }

  get isHolding(): boolean {
    return this.#isHolding;
  }

  /** Leaves what comes on action connections unread until `release`. */
  hold(): void {
    this.#isHolding = true;
  }

  release(): void {
    this.#isHolding = false;
    for (const connection of this.#connections) connection.act();
  }

  /** Bytes that wait because the gateway does not take them now. */
  get waitingBytes(): number {
    return this.#connections.reduce((sum, connection) => sum + connection.waitingBytes, 0);
  }

  /** Connections for actions that are open. */
  get actionConnections(): number {
    return this.#connections.filter((connection) => connection.isOpen && !connection.wantsEvents).length;
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

  /** Sends bytes on every connection for actions, where nobody expects any. */
  emitOnActions(text: string): void {
    for (const connection of this.#connections) if (!connection.wantsEvents) connection.write(text);
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
        return `Response: Success\r\n${id}Challenge: ${CHALLENGE}\r\n\r\n`;
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
  #isLoggedIn = false;
  wantsEvents = false;

  constructor(asterisk: ScriptedAsterisk, socket: Socket, number: number) {
    this.#asterisk = asterisk;
    this.#socket = socket;
    this.#number = number;
    socket.setNoDelay(true);
    if (asterisk.impostor !== null) {
      asterisk.impostor(socket);
      return;
    }
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.write(asterisk.banner);
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  get waitingBytes(): number {
    return this.#socket.writableLength;
  }

  write(text: string): void {
    const bytes = Buffer.from(text, 'latin1');
    const { pieceBytes } = this.#asterisk;
    for (let at = 0; at < bytes.length && this.isOpen; at += pieceBytes) {
      this.#socket.write(bytes.subarray(at, Math.min(at + pieceBytes, bytes.length)));
    }
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#received += chunk.toString('latin1');
    this.act();
  }

  /** Answers what has come, in order. */
  act(): void {
    if (this.#asterisk.isHolding && this.#isLoggedIn && !this.wantsEvents) return;
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
    if (name === 'Login') return this.#logIn(value('key') ?? '', value('events') ?? '');
    const action = { lines, name, actionId: value('actionid') ?? '', connection: this.#number };
    this.#asterisk.received.push(action);
    const answer = this.#asterisk.answer(action);
    if (answer !== null) this.write(answer);
  }

  #logIn(key: string, events: string): void {
    const expected = createHash('md5').update(`${CHALLENGE}${this.#asterisk.secret}`, 'latin1').digest('hex');
    if (key !== expected) {
      this.write('Response: Error\r\nMessage: Authentication failed\r\n\r\n');
      this.#socket.end();
      return;
    }
    this.wantsEvents = events === 'on';
    this.#isLoggedIn = true;
    this.write('Response: Success\r\nMessage: Authentication accepted\r\n\r\n');
    if (this.wantsEvents) this.write(this.#asterisk.greeting);
  }
}
