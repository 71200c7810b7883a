/** Many clients over HTTP, each asking again and again what has happened. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cookieOf, RawHttp } from './raw-http.js';
import { type RunningGateway, runGateway, userEvent } from './running-gateway.js';

const CLIENTS = 200;
const EVENTS = 1000;
const LAST = `UserEvent: n${EVENTS - 1}\r\n`;

let running: RunningGateway;
beforeAll(async () => {
  running = await runGateway({ httpConf: 'sessionlimit = 1000\n' });
});
afterAll(() => running?.stop());

it(`brings all of ${EVENTS} events to each of ${CLIENTS} clients that poll, once and in order`, async () => {
  const clients = await Promise.all(Array.from({ length: CLIENTS }, () => logIn()));

  const polling = Promise.all(clients.map(pollToLast));
  for (let n = 0; n < EVENTS; n++) {
    running.asterisk.emit(userEvent(`n${n}`));
    // In bursts, so that some clients are on the way when the next come.
    if (n % 20 === 0) await pause(2);
  }
  const received = await polling;

  const everything = Array.from({ length: EVENTS }, (_, n) => `n${n}`);
  for (const { events } of received) expect(events).toEqual(everything);
  // Polling, and not one answer at the end.
  expect(received.every(({ polls }) => polls > 3)).toBe(true);
});

interface Client {
  readonly http: RawHttp;
  readonly cookie: string;
}

async function logIn(): Promise<Client> {
  const http = await RawHttp.connect(running.app.httpPort ?? 0);
  http.send('GET /rawman?action=login&username=reader&secret=s HTTP/1.1\r\n\r\n');
  return { http, cookie: cookieOf(await http.read()) };
}

async function pollToLast({ http, cookie }: Client): Promise<{ events: readonly string[]; polls: number }> {
  const events: string[] = [];
  for (let polls = 1; ; polls++) {
    http.send(`GET /rawman?action=waitevent&timeout=20 HTTP/1.1\r\n${cookie}\r\n\r\n`);
    const { body } = await http.read();
    events.push(...[...body.matchAll(/UserEvent: (n\d+)\r\n/g)].map((match) => match[1] ?? ''));
    if (!body.includes(LAST)) continue;
    http.close();
    return { events, polls };
  }
}
