/** Messages that a sloppy parser reads otherwise: the same answers as from Asterisk, and nothing forbidden goes through. */

import { quietLoginOf, sectionsOf, writer } from '../asterisk/differential/accounts.js';
import { inParallel, transcriptOf, transcriptToClose } from '../asterisk/differential/conversation.js';
import { findAsterisk } from '../asterisk/installation.mjs';
import { type SideBySide, sideBySide } from '../asterisk/side-by-side.js';
import { runGateway } from '../gateway/running-gateway.js';
import { readAsAsterisk, valueForAsterisk } from './fuzz/asterisk-reading.js';
import { Random } from './fuzz/random.js';
import { declarePart, type Figure, type HostileContext } from './part.js';
import { HIDDEN_ID, randomMessage, systematicMessages } from './smuggling/messages.js';
import { isReadMoreStrictly } from './smuggling/stricter.js';

const LOGIN = quietLoginOf('may-all');
const NEXT = 'Action: DBGet\r\nFamily: none\r\nKey: none\r\nActionID: next\r\n\r\n';
const RANDOM_MESSAGES = 6000;
const CUT_MESSAGES = 400;
const FORBIDDEN_CONVERSATIONS = 6000;

declarePart({ name: 'smuggling', run: async (context) => [...(await asAnybody(context)), await asNobody(context)] });

/** The bytes come back that Asterisk sends, but where it can be deceived: there the gateway refuses, and runs nothing. */
async function asAnybody(context: HostileContext): Promise<readonly Figure[]> {
  if ((await findAsterisk('22')).kind !== 'installed') {
    return [{ what: 'against Asterisk 22', figure: 'not run', met: false, detail: 'there is no Asterisk 22 here' }];
  }
  const sides = await sideBySide({ version: '22', name: 'smuggling', users: sectionsOf([writer('all')]) });
  try {
    const random = new Random(context.seed);
    const many = Array.from({ length: Math.ceil(RANDOM_MESSAGES * context.scale) }, () => randomMessage(random));
    return [
      await compare('systematic messages, full rights', systematicMessages(), sides, context),
      await compare('random messages, full rights', many, sides, context),
      await compareCut(random, sides, context),
    ];
  } finally {
    await sides.stop();
  }
}

async function compare(what: string, messages: readonly string[], sides: SideBySide, { say }: HostileContext) {
  const cells = await inParallel(messages, async (message) => {
    const send = (client: { send(text: string): void }) => client.send(`${LOGIN}${message}${NEXT}`);
    const direct = await transcriptOf(sides.direct, send);
    return { message, direct, gateway: await transcriptOf(sides.gateway, send) };
  });
  const stricter = cells.filter(({ message, direct, gateway }) => direct !== gateway && isReadMoreStrictly(message));
  const wrong = cells.filter(({ direct, gateway, message }) => direct !== gateway && !isReadMoreStrictly(message));
  const loose = stricter.filter(({ message, gateway }) => !isRefusal(message, gateway));
  for (const cell of [...wrong, ...loose].slice(0, 5)) say(`DIFFERS ${JSON.stringify(cell)}`);
  say(`${what}: ${cells.length}`);
  const same = cells.length - stricter.length - wrong.length;
  return {
    what: `${what}: the same bytes as from Asterisk`,
    figure: `${cells.length.toLocaleString('en')} messages, ${wrong.length + loose.length} lost`,
    met: wrong.length + loose.length === 0,
    detail: `${same} the same, ${stricter.length} refused on purpose (lone CR, lines that end a message by accident)`,
  };
}

/** Refused, and nothing hidden was run but what stands there as a message of its own. */
function isRefusal(message: string, answer: string): boolean {
  const own = readAsAsterisk(message).filter(({ lines }) => valueForAsterisk(lines, 'actionid') === HIDDEN_ID).length;
  const run = answer.split(`Response: Success\r\nActionID: ${HIDDEN_ID}\r\n`).length - 1;
  return answer.includes('Failed to parse message') && run <= own;
}

/** A client that goes in the middle of a line or a message. */
async function compareCut(random: Random, sides: SideBySide, { scale, say }: HostileContext): Promise<Figure> {
  const messages = Array.from({ length: Math.ceil(CUT_MESSAGES * scale) }, () => {
    const whole = `${NEXT}${randomMessage(random)}`;
    return whole.slice(0, random.below(whole.length));
  }).filter((message) => !isReadMoreStrictly(`${message}\n`));
  const cells = await inParallel(messages, async (message) => {
    const talk = (client: { send(text: string): void; end(): void }) => {
      client.send(LOGIN + message);
      client.end();
    };
    const direct = await transcriptToClose(sides.direct, talk);
    return { message, direct, gateway: await transcriptToClose(sides.gateway, talk) };
  });
  const wrong = cells.filter(({ direct, gateway }) => direct !== gateway);
  for (const cell of wrong.slice(0, 5)) say(`DIFFERS ${JSON.stringify(cell)}`);
  return {
    what: 'clients that end in the middle of a message: the same bytes',
    figure: `${cells.length.toLocaleString('en')} connections, ${wrong.length} lost`,
    met: wrong.length === 0,
    detail: '',
  };
}

/** What the gateway itself asks for, and what one of the users may do. */
const HARMLESS = /^(?:Challenge|Ping|ListCommands|CoreSettings|CoreStatus|DBGet)?$/i;
/** The gateway asks what its own account may do. */
const OWN_QUESTION = 'Command: manager show user gateway-account';
const LOW_RIGHTS = '[low]\nsecret = secret-of-low\nwrite = reporting\n[none]\nsecret = secret-of-none\n';

/** Users that may do next to nothing: whatever they write, no action of another class arrives, and none as two. */
async function asNobody({ seed, scale, say }: HostileContext): Promise<Figure> {
  const running = await runGateway({ users: LOW_RIGHTS });
  const random = new Random(seed + 1);
  const before = running.asterisk.received.length;
  const conversations = Array.from({ length: Math.ceil(FORBIDDEN_CONVERSATIONS * scale) }, () => {
    const user = random.pick(['low', 'none', 'nobody']);
    return `${quietLoginOf(user)}${randomMessage(random).replaceAll('CoreSettings', 'Originate')}`;
  });
  await inParallel(conversations, (bytes) =>
    transcriptOf({ name: 'gateway', port: running.app.port }, (client) => client.send(bytes)),
  );
  const seen = running.asterisk.received.slice(before);
  const forbidden = seen.filter(({ lines }) => !isHarmless(lines));
  await running.stop();
  for (const action of forbidden.slice(0, 5)) say(`FORBIDDEN ${JSON.stringify(action)}`);
  return {
    what: 'random messages, next to no rights: nothing forbidden reaches Asterisk',
    figure: `${conversations.length.toLocaleString('en')} sessions, ${forbidden.length} forbidden actions`,
    met: forbidden.length === 0,
    detail: `${seen.length} actions reached it in all`,
  };
}

/** For Asterisk, and for one who would find a second action in it. */
function isHarmless(lines: readonly string[]): boolean {
  const names = lines.filter((line) => /^action:/i.test(line));
  const isKnown = HARMLESS.test(valueForAsterisk(lines, 'action')) || lines.includes(OWN_QUESTION);
  return names.length <= 1 && isKnown;
}
