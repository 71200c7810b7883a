/** Clients that do not behave as others: they come and go, guess, or do not read. Each counts what it met. */
import { setTimeout as delay } from 'node:timers/promises';
import { SHOW_FUNCTIONS } from '../faults/attempts.js';
import { WireClient } from '../faults/wire-client.js';
import { WebSession } from './web-session.js';

export interface Guests {
  /** Visits that went as they should. */
  visits: number;
  /** What they met that must not be. */
  readonly faults: string[];
  stop(): Promise<void>;
}

type Visit = () => Promise<void>;

/** Pays visits, one after the other, until it is stopped. */
function visitOften(name: string, pauseMs: number, visit: Visit, leave: () => void = () => undefined): Guests {
  const abort = new AbortController();
  const guests: Guests = {
    visits: 0,
    faults: [],
    stop: async () => {
      abort.abort();
      await ended;
      leave();
    },
  };
  const ended = (async () => {
    while (!abort.signal.aborted) {
      await visit().then(
        () => {
          guests.visits += 1;
        },
        (error: Error) => guests.faults.push(`${name}: ${error.message}`),
      );
      await delay(pauseMs, undefined, { signal: abort.signal }).catch(() => undefined);
    }
  })();
  return guests;
}

/** Logs in, asks, and leaves: in order, or by closing with events and an action on their way. */
export function reconnecting(port: number): Guests {
  let turn = 0;
  return visitOften('a client that comes and goes', 150, async () => {
    const client = await WireClient.logIn({ port, user: 'passer', secret: 's', events: 'on' });
    turn += 1;
    client.sendAction(['Action: Command', `Command: ${SHOW_FUNCTIONS}`]);
    if (turn % 2 === 0) return client.close();
    client.sendAction(['Action: Logoff']);
    await client.ended();
  });
}

/** Guesses at a secret from an address of its own: refused, then banned. */
export function guessing(port: number, counts: { refused: number; banned: number }): Guests {
  return visitOften('a guesser', 500, async () => {
    const client = new WireClient(port, '127.0.0.9');
    const answer = await client.ask(['Action: Login', 'Username: caller', 'Secret: wrong']);
    client.close();
    if (answer === '') counts.banned += 1;
    else if (answer === 'Response: Error\r\nMessage: Authentication failed\r\n\r\n') counts.refused += 1;
    else throw new Error(`was told ${JSON.stringify(answer)}`);
  });
}

/** Asks for megabytes and does not read them, for longer than the gateway bears. */
export function notReading(port: number, counts: { closed: number }): Guests {
  return visitOften('a client that does not read', 1000, async () => {
    const client = await WireClient.logIn({ port, user: 'sluggish', secret: 's', events: 'on' });
    client.onBlock = () => undefined;
    client.pause();
    for (let asked = 0; asked < 600; asked++) client.sendAction(['Action: Command', `Command: ${SHOW_FUNCTIONS}`]);
    await delay(6000);
    client.resume();
    await client.ended();
    counts.closed += 1;
  });
}

/** A whole session over HTTP: in, an answer, events, out. */
export function browsing(port: number): Guests {
  return visitOften('a session over HTTP', 250, async () => {
    const session = await WebSession.logIn(port, 'web');
    const sent = await session.ask('action=userevent&userevent=Web&actionid=w1');
    if (sent !== 'Response: Success\r\nActionID: w1\r\nMessage: Event Sent\r\n\r\n')
      throw new Error(`was told ${sent}`);
    const waited = await session.ask('action=waitevent&timeout=0');
    if (!waited.endsWith('Event: WaitEventComplete\r\n\r\n')) throw new Error(`was told ${waited}`);
    await session.logOff();
  });
}

/** Short calls at Asterisk itself, so that lists of channels change and other events come. */
export async function calling(asteriskPort: number): Promise<Guests> {
  const client = await WireClient.logIn({ port: asteriskPort, user: 'direct', secret: 's', events: 'off' });
  const call = ['Channel: Local/answer-fast@test', 'Application: Wait', 'Data: 2', 'Async: true'];
  const visit = async () => {
    const answer = await client.ask(['Action: Originate', ...call]);
    if (!answer.startsWith('Response: Success')) throw new Error(`was told ${answer}`);
  };
  return visitOften('a caller', 1000, visit, () => client.close());
}
