/**
 * The bytes of a scripted Asterisk, cut at every one of them: answers of every shape, events, and both logins. What a
 * client may hear is known to the byte each time.
 */
import type { App } from '../../../src/app.js';
import { type AmiClient, connectAmi } from '../../asterisk/ami-client.mjs';
import { startGateway } from '../../asterisk/side-by-side.js';
import { scrape, statusOf, userEvent } from '../../gateway/running-gateway.js';
import { ScriptedAsterisk } from '../../gateway/scripted-asterisk.js';
import { type Cut, CutTap } from './cut-tap.js';
import { until } from './until.js';

export interface CutsFound {
  readonly cuts: number;
  /** What was heard and should not have been; empty when all is well. */
  readonly wrong: readonly string[];
}

export interface Shape {
  readonly what: string;
  /** The blocks of the answer; `id` is a line, or empty where the client gave none. */
  readonly blocks: (id: string) => readonly string[];
  /** Whether its end can be told without the sentinel. */
  readonly endIsKnown: boolean;
}

export const LIST: Shape = {
  what: 'a list',
  endIsKnown: true,
  blocks: (id) => [
    `Response: Success\r\n${id}EventList: start\r\nMessage: Channels will follow\r\n\r\n`,
    `Event: CoreShowChannel\r\n${id}Channel: PJSIP/a-1\r\n\r\n`,
    `Event: CoreShowChannelsComplete\r\n${id}EventList: Complete\r\nListItems: 1\r\n\r\n`,
  ],
};

export const SHAPES: readonly Shape[] = [
  { what: 'one response', endIsKnown: true, blocks: (id) => [`Response: Success\r\n${id}Message: Event Sent\r\n\r\n`] },
  { what: 'an error', endIsKnown: true, blocks: (id) => [`Response: Error\r\n${id}Message: No such channel\r\n\r\n`] },
  {
    what: 'the output of a command',
    endIsKnown: true,
    blocks: (id) => [
      `Response: Success\r\n${id}Message: Command output follows\r\nOutput: one\r\nOutput: \r\nOutput: three\r\n\r\n`,
    ],
  },
  LIST,
  { what: 'bare lines', endIsKnown: true, blocks: () => ['support has 0 calls\r\n   No Members\r\n\r\n'] },
  {
    what: 'events without a response',
    endIsKnown: false,
    blocks: (id) => [`Event: Item\r\n${id}Name: a\r\n\r\n`, `Event: ItemsComplete\r\n${id}\r\n`],
  },
];

/** How the client asks. */
export interface Manner {
  readonly ids: 'named' | 'nameless';
  readonly next: 'behind' | 'pipelined';
}

const USERS = '[admin]\nsecret = s\nread = all\nwrite = all\n';
const GATEWAY = 'pool_size = 1\npool_share = 1\nreconnect_min = 0.1\nreconnect_max = 0.1\n';
const ACCEPTED = 'Response: Success\r\nMessage: Authentication accepted\r\n\r\n';
const CHALLENGED = 'Response: Success\r\nChallenge: 1234\r\n\r\n';
const PONG_BYTES = `Response: Success\r\nActionID: ${'x'.repeat(32)}\r\nPing: Pong\r\nTimestamp: 1.000000\r\n\r\n`
  .length;
const BACK_MS = 10_000;

export class Cutter {
  readonly #asterisk: ScriptedAsterisk;
  readonly #tap: CutTap;
  readonly #app: App;
  readonly #client: AmiClient;

  private constructor(asterisk: ScriptedAsterisk, tap: CutTap, app: App, client: AmiClient) {
    this.#asterisk = asterisk;
    this.#tap = tap;
    this.#app = app;
    this.#client = client;
  }

  static async start(): Promise<Cutter> {
    const asterisk = new ScriptedAsterisk();
    await asterisk.start();
    const tap = new CutTap(asterisk.port);
    await tap.start();
    const app = await startGateway(tap.port, { users: USERS, gatewayConf: GATEWAY });
    const client = await connectAmi({ port: app.port });
    await client.login('admin', 's', { Events: 'system,user' });
    await client.barrier();
    return new Cutter(asterisk, tap, app, client);
  }

  async stop(): Promise<void> {
    this.#client.close();
    await this.#app.stop();
    await this.#tap.stop();
    await this.#asterisk.stop();
  }

  /**
   * An action whose answer and sentinel are cut, an event while it is in work, and an action behind it: when the first
   * has ended, or in the same write, so that both may be on their way.
   */
  async cutAnswers(shape: Shape, manner: Manner, cut: Cut, stride = 1): Promise<CutsFound> {
    const id = manner.ids === 'named' ? 'ActionID: a\r\n' : '';
    const blocks = shape.blocks(id);
    const total = blocks.join('').length + PONG_BYTES;
    const event = userEvent('inflight');
    this.#asterisk.script = ({ name }) => {
      if (name !== 'CoreStatus') return NEXT_ANSWER;
      this.#asterisk.emit(event);
      return blocks.join('');
    };
    const wrong: string[] = [];
    for (let at = 0; at < total; at += stride) {
      // So that there is a connection to cut.
      await this.#ask(NEXT);
      this.#asterisk.received.length = 0;
      this.#tap.cutAfter(at, 'actions', cut);
      const heard = without(await this.#askTwo(`Action: CoreStatus\r\n${id}\r\n`, manner.next), event);
      // A reset may take with it what the gateway had not read yet.
      const ends = range(cut === 'end' ? at : 0, at).map((reached) =>
        expectedOf(blocks, id, shape.endIsKnown, reached),
      );
      const nexts = manner.next === 'pipelined' ? [NEXT_ANSWER, errorOf('')] : [NEXT_ANSWER];
      const isRight = ends.some((end) => nexts.some((next) => heard === end + next));
      if (!isRight) wrong.push(`${shape.what} cut at ${at}: ${JSON.stringify(heard)}`);
      if (this.#actionsSeen() !== 1) wrong.push(`${shape.what} cut at ${at}: sent ${this.#actionsSeen()} times`);
    }
    return { cuts: Math.ceil(total / stride), wrong };
  }

  /** The login of a connection for actions is cut: the action that waits for it was not sent, and the next one is. */
  async cutActionLogins(cut: Cut, stride = 1): Promise<CutsFound> {
    const total = this.#asterisk.banner.length + CHALLENGED.length + ACCEPTED.length;
    this.#asterisk.script = () => NEXT_ANSWER;
    const wrong: string[] = [];
    for (let at = 0; at < total; at += stride) {
      this.#tap.cutNextAfter(at, 'actions', cut);
      const isClosed = async () => (await scrape(this.#app, 'upstream_connections{state="idle"}')) === 0;
      await until('the pool is empty', isClosed, BACK_MS);
      this.#asterisk.received.length = 0;
      const heard = await this.#askTwo('Action: CoreStatus\r\nActionID: a\r\n\r\n', 'behind');
      if (heard !== NOT_SENT + NEXT_ANSWER) wrong.push(`login cut at ${at}: ${JSON.stringify(heard)}`);
      if (this.#actionsSeen() !== 0) wrong.push(`login cut at ${at}: the action was sent`);
    }
    return { cuts: Math.ceil(total / stride), wrong };
  }

  /** The login of the event stream and its first question are cut: no event of it is heard, and the next login counts. */
  async cutEventLogins(cut: Cut, stride = 1): Promise<CutsFound> {
    const { banner, greeting } = this.#asterisk;
    const actions = this.#asterisk.answer({ lines: [], name: 'ListCommands', actionId: 'x'.repeat(32), connection: 0 });
    const total = [banner, CHALLENGED, ACCEPTED, greeting, actions ?? ''].join('').length;
    const wrong: string[] = [];
    for (let at = 0; at < total; at += stride) {
      const heard = await this.#whileItReturns(() => this.#tap.cutNextAfter(at, 'all', cut));
      if (heard !== greeting) wrong.push(`event login cut at ${at}: ${JSON.stringify(heard)}`);
    }
    return { cuts: Math.ceil(total / stride), wrong };
  }

  /** Events are cut: what is whole is heard, and the half of one never is. */
  async cutEvents(stride = 1): Promise<CutsFound> {
    const events = ['one', 'two', 'three'].map(userEvent);
    const total = events.join('').length;
    const wrong: string[] = [];
    for (let at = 0; at <= total; at += stride) {
      const heard = await this.#whileItReturns(() => {
        this.#tap.cutAfter(at, 'events', 'end');
        this.#asterisk.emit(events.join(''));
      });
      const expected = wholeBlocks(events, at) + this.#asterisk.greeting;
      if (heard !== expected) wrong.push(`events cut at ${at}: ${JSON.stringify(heard)}`);
    }
    return { cuts: Math.ceil(total / stride), wrong };
  }

  /** What the client hears while the event stream breaks by a cut, and comes back. */
  async #whileItReturns(breakIt: () => void): Promise<string> {
    const { cuts } = this.#tap;
    breakIt();
    await until('the cut is made', () => this.#tap.cuts > cuts, BACK_MS);
    await until('the gateway notices', async () => (await statusOf(this.#app, '/readyz')) === 503, BACK_MS);
    await until('the gateway is back', async () => (await statusOf(this.#app, '/readyz')) === 200, BACK_MS);
    return this.#client.barrier();
  }

  async #ask(actions: string): Promise<string> {
    this.#client.send(actions);
    return this.#client.barrier();
  }

  async #askTwo(first: string, next: Manner['next']): Promise<string> {
    if (next === 'pipelined') return this.#ask(first + NEXT);
    const heard = await this.#ask(first);
    return heard + (await this.#ask(NEXT));
  }

  #actionsSeen(): number {
    return this.#asterisk.received.filter(({ name }) => name === 'CoreStatus').length;
  }
}

const NEXT = 'Action: QueueStatus\r\n\r\n';
const NEXT_ANSWER = 'Response: Success\r\nNext: yes\r\n\r\n';
const NOT_SENT =
  'Response: Error\r\nActionID: a\r\nMessage: Asterisk is not connected; the action was not sent\r\n\r\n';

/** What a client hears of an answer of which so many bytes came, with its sentinel behind it. */
function expectedOf(blocks: readonly string[], id: string, endIsKnown: boolean, bytes: number): string {
  const isEnded = endIsKnown && bytes >= blocks.join('').length;
  return wholeBlocks(blocks, bytes) + (isEnded ? '' : errorOf(id));
}

function errorOf(id: string): string {
  return `Response: Error\r\n${id}Message: The connection to Asterisk broke; the outcome of the action is unknown\r\n\r\n`;
}

function wholeBlocks(blocks: readonly string[], bytes: number): string {
  let whole = '';
  for (const block of blocks) {
    if (whole.length + block.length > bytes) break;
    whole += block;
  }
  return whole;
}

/** The event must be there, whole and once. */
function without(heard: string, event: string): string {
  const at = heard.indexOf(event);
  return at < 0 ? `the event is missing in ${heard}` : heard.slice(0, at) + heard.slice(at + event.length);
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
