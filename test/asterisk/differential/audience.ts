/**
 * Many watchers, each at both sides at once, and the events that each saw of one scenario.
 *
 *     start marker ─► barrier of all ─► scenario ─► end marker ─► barrier of all ─► what came in between
 *
 * All sessions of Asterisk take their events from one list, so a watcher that may not see the marker has all that came
 * before it when the one who sees everything has it. What comes behind the marker belongs to nobody's scenario.
 */
import { type AmiClient, connectAmi } from '../ami-client.mjs';
import type { SideBySide } from '../side-by-side.js';
import type { Conductor, Scenario } from './scenarios.js';
import type { Cell } from './tally.js';
import { describeWatcher, enter, type Watcher } from './watchers.js';

interface Seat {
  readonly watcher: Watcher;
  readonly direct: AmiClient;
  readonly gateway: AmiClient;
}

export class Audience {
  readonly #seats: readonly Seat[];

  constructor(seats: readonly Seat[]) {
    this.#seats = seats;
  }

  /** Plays a scenario before all; what each saw of it, at both sides. */
  async watch({ title, raises, play }: Scenario, conductor: Conductor): Promise<readonly Cell[]> {
    await this.#raiseMarker(conductor, `${title}, start`);
    await this.#take();
    await play(conductor);
    await this.#untilRaised(raises);
    await this.#raiseMarker(conductor, `${title}, end`);
    const seen = await this.#take();
    const late = eventsBehindMarker(`${seen[0]?.direct}${await this.#takeRest()}`, `${title}, end`);
    return seen.map(({ watcher, direct, gateway }) => ({
      title,
      as: describeWatcher(watcher),
      direct: withoutLate(direct, late),
      gateway: withoutLate(gateway, late),
    }));
  }

  close(): void {
    for (const { direct, gateway } of this.#seats) {
      direct.close();
      gateway.close();
    }
  }

  /** Some events come a while after what caused them is over. */
  async #untilRaised(names: readonly string[]): Promise<void> {
    const first = this.#seats[0]?.direct;
    const missing = (unread: string) => names.filter((name) => !unread.includes(`Event: ${name}\r\n`));
    await first
      ?.readUntil((unread) => (missing(unread).length === 0 ? 0 : false))
      .catch((cause: unknown) => {
        throw new Error(`events that were not raised: ${missing(first.unread)}`, { cause });
      });
  }

  /** The first watcher sees everything, and waits for the marker at both sides; what it reads stays received. */
  async #raiseMarker(conductor: Conductor, name: string): Promise<void> {
    await conductor.act('Setvar', { Variable: MARKER, Value: name });
    const [first] = this.#seats;
    const shows = (client: AmiClient) =>
      waitFor(client, new RegExp(`^${markerOf(name)}(?:[^\\r\\n]+\\r\\n)*\\r\\n`, 'm'));
    if (first !== undefined) await Promise.all([shows(first.direct), shows(first.gateway)]);
  }

  /** What the first watcher has seen when all others have passed their barriers: whatever they saw is in it. */
  async #takeRest(): Promise<string> {
    const [first] = this.#seats;
    return first === undefined ? '' : behindBarrier(first.direct);
  }

  /** Everything that came since the last time, behind a barrier each. */
  #take() {
    return Promise.all(
      this.#seats.map(async ({ watcher, direct, gateway }) => {
        const [atDirect, atGateway] = await Promise.all([behindBarrier(direct), behindBarrier(gateway)]);
        return { watcher, direct: atDirect, gateway: atGateway };
      }),
    );
  }
}

/** Seats every watcher at both sides; they come one behind the other, as Asterisk accepts slowly. */
export async function seat(sides: SideBySide, watchers: readonly Watcher[]): Promise<Audience> {
  const seats: Seat[] = [];
  for (const watcher of watchers) {
    const direct = await connectAmi({ port: sides.direct.port });
    const gateway = await connectAmi({ port: sides.gateway.port });
    await Promise.all([enter(direct, watcher), enter(gateway, watcher)]);
    seats.push({ watcher, direct, gateway });
  }
  return new Audience(seats);
}

/** As the client's own barrier, which is slow where much is unread: the answer stands at the very end here. */
async function behindBarrier(client: AmiClient): Promise<string> {
  client.send('Action: Ping\r\nActionID: barrier\r\n\r\n');
  const pong = /Response: Success\r\nActionID: barrier\r\nPing: Pong\r\n[^\r\n]+\r\n\r\n/;
  const text = await client.readUntil((unread) => pong.test(unread.slice(-TAIL_BYTES)), 20_000);
  return text.replace(pong, '');
}

/** More than what can come behind the answer while it is on its way. */
const TAIL_BYTES = 200_000;

/** Waits without taking anything. */
async function waitFor(client: AmiClient, pattern: RegExp): Promise<void> {
  await client.readUntil((unread) => (pattern.test(unread.slice(-TAIL_BYTES)) ? 0 : false));
}

/** A variable, because the event of one takes the same way through Asterisk as those of calls, behind them. */
const MARKER = 'MARKER';

function markerOf(name: string): string {
  return `Variable: ${MARKER}\r\nValue: ${name}\r\n`;
}

function eventsBehindMarker(text: string, name: string): ReadonlySet<string> {
  const events = eventsOf(text);
  return new Set(events.slice(events.findIndex((event) => event.includes(markerOf(name))) + 1));
}

function withoutLate(text: string, late: ReadonlySet<string>): string {
  const events = [...eventsOf(text)];
  while (late.has(events.at(-1) ?? '')) events.pop();
  return events.join('');
}

/** Whole blocks, each with its empty line. */
function eventsOf(text: string): readonly string[] {
  return text.split(/(?<=\r\n\r\n)/).filter((block) => block !== '');
}
