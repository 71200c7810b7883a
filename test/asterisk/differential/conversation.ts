/** What one side sends back to what a client does to it: whole, masked, up to the answer of a last Ping or the close. */
import { type AmiClient, connectAmi } from '../ami-client.mjs';
import type { Side } from '../side-by-side.js';
import { masked } from '../volatile.js';

/** From where, and to which address of a side, a client comes. */
export interface Route {
  readonly host?: string;
  readonly localAddress?: string;
}

/** What a client does on a connection; `client.ended` tells whether the other side has closed it meanwhile. */
export type Talk = (client: AmiClient, side: Side) => Promise<void> | void;

const CLOSED = '[closed]';

/** Sends a Ping behind what the talk did, and gives back all that came; says so when the connection was closed. */
export async function transcriptOf(side: Side, talk: Talk, route: Route = {}): Promise<string> {
  const client = await connectAmi({ port: side.port, ...route });
  await talk(client, side);
  client.send('Action: Ping\r\nActionID: the-end\r\n\r\n');
  return finish(client, 'the-end');
}

/** As `transcriptOf`, for what ends in a close: nothing is sent behind it. */
export async function transcriptToClose(side: Side, talk: Talk, route: Route = {}): Promise<string> {
  const client = await connectAmi({ port: side.port, ...route });
  await talk(client, side);
  await client.readToEnd();
  client.close();
  return masked(`${client.received.toString('latin1')}${CLOSED}`);
}

/**
 * The answers to messages that follow each other on one connection, told apart by a Ping behind each. Where a message
 * ends the connection, the next ones go on in another.
 */
export async function answersTo(side: Side, login: string, messages: readonly string[]): Promise<readonly string[]> {
  const answers: string[] = [];
  let client: AmiClient | null = null;
  for (const [index, message] of messages.entries()) {
    client ??= await enter(side, login);
    const answer = await answerTo(client, message, `end-${index}`);
    answers.push(masked(answer));
    if (answer.endsWith(CLOSED)) client = null;
  }
  client?.close();
  return answers;
}

/** Asterisk lets 10 connections wait to be accepted; one too many comes a second later. */
const MOST_AT_ONCE = 10;

/** All of them, as many at once as Asterisk takes. */
export async function inParallel<Item, Outcome>(
  items: readonly Item[],
  compare: (item: Item) => Promise<Outcome>,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const rest = items.entries();
  const takeTurns = async () => {
    for (const [index, item] of rest) outcomes[index] = await compare(item);
  };
  await Promise.all(Array.from({ length: MOST_AT_ONCE }, takeTurns));
  return outcomes;
}

async function enter(side: Side, login: string): Promise<AmiClient> {
  const client = await connectAmi({ port: side.port });
  await answerTo(client, login, 'entered');
  return client;
}

async function answerTo(client: AmiClient, message: string, end: string): Promise<string> {
  client.send(`${message}Action: Ping\r\nActionID: ${end}\r\n\r\n`);
  const text = await readUpTo(client, end);
  return text.replace(pongOf(end), '');
}

async function finish(client: AmiClient, end: string): Promise<string> {
  const closed = (await readUpTo(client, end)).endsWith(CLOSED) ? CLOSED : '';
  client.close();
  return masked(`${client.received.toString('latin1')}${closed}`);
}

async function readUpTo(client: AmiClient, end: string): Promise<string> {
  const untilPong = client.readUntil(pongOf(end));
  return untilPong.catch(async (late: unknown) => {
    if (client.ended === null) throw late;
    return `${await client.readToEnd()}${CLOSED}`;
  });
}

/** The last Ping is answered with a Pong, or refused where the session has not logged in. */
function pongOf(end: string): RegExp {
  return new RegExp(`Response: [^\\r\\n]+\\r\\nActionID: ${end}\\r\\n(?:[^\\r\\n]+\\r\\n)+\\r\\n$`);
}
