/**
 * Both faces of a running gateway, byte by byte: whatever comes over TCP or HTTP, each connection ends once its client
 * has ended, nothing forbidden reaches Asterisk, and honest clients are served in between.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { CLASS_BITS } from '../../src/ami/privilege.js';
import { learnActions, lookupAction, maySubmit } from '../../src/policy/action-classes.js';
import { ask } from '../gateway/raw-http.js';
import { type RunningGateway, runGateway } from '../gateway/running-gateway.js';
import type { ReceivedAction } from '../gateway/scripted-asterisk.js';
import { valueForAsterisk } from './fuzz/asterisk-reading.js';
import { garbage, mutated } from './fuzz/mutate.js';
import { Random } from './fuzz/random.js';
import { CLIENT_TEXTS, CLIENT_WORDS } from './fuzz/wire-texts.js';
import { declarePart, type Figure, type HostileContext } from './part.js';

const USERS = '[low]\nsecret = s\nwrite = reporting\n';
const INPUTS = 20_000;
/** At the same time; more only wait for each other. */
const AT_ONCE = 16;
/** A connection whose client has ended, and which is still there after so long, hangs. */
const END_MS = 15_000;
const HONEST_EVERY = 200;

const HTTP_TEXTS: readonly string[] = [
  'GET /rawman?action=ping HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /mxml?action=login&username=low&secret=s HTTP/1.1\r\nHost: x\r\n\r\nGET /mxml?action=originate HTTP/1.1\r\n\r\n',
  'POST /rawman HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 11\r\n\r\naction=ping',
  'POST /rawman HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nb\r\naction=ping\r\n0\r\n\r\n',
  'POST /rawman HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /manager?action=command HTTP/1.1\r\n\r\n',
  'HEAD /manager?action=userevent HTTP/1.0\r\n\r\n',
  'GET /arawman?action=originate HTTP/1.1\r\nAuthorization: Digest username="low", realm="asterisk", nonce="x", uri="/", response="y"\r\n\r\n',
  'GET /rawman?action=originate HTTP/1.1\r\nCookie: mansession_id="0123456789abcdef0123456789abcdef"\r\n\r\n',
];
const HTTP_WORDS: readonly string[] = [
  ...[
    '\r\n',
    '\n',
    '\r',
    '\0',
    ' ',
    '\t',
    ':',
    'HTTP/1.1',
    'HTTP/2.0',
    'Host: x\r\n',
    'Content-Length: 5\r\n',
    '0\r\n\r\n',
  ],
  ...[
    'Content-Length: -1\r\n',
    'Content-Length: 99999\r\n',
    'Transfer-Encoding: chunked\r\n',
    'Transfer-Encoding: x\r\n',
  ],
  ...[
    'Connection: close\r\n',
    'Expect: 100-continue\r\n',
    'Upgrade: websocket\r\n',
    'GET ',
    'POST ',
    'X: y\r\n'.repeat(110),
  ],
  ...['action=originate&', 'action=command&command=x', '%0d%0a', '/rawman?', '//', '..', 'ffffffff\r\n', ' x: y\r\n'],
];

const TCP_TEXTS = CLIENT_TEXTS.map(
  (text) => `Action: Login\r\nUsername: low\r\nSecret: s\r\nEvents: off\r\n\r\n${text}`,
);

declarePart({ name: 'fuzz-faces', run });

async function run(context: HostileContext): Promise<readonly Figure[]> {
  const running = await runGateway({ users: USERS, httpConf: 'session_inactivity = 5000\n' });
  running.asterisk.script = ({ actionId }) => `Response: Success\r\n${actionId ? `ActionID: ${actionId}\r\n` : ''}\r\n`;
  const random = new Random(context.seed);
  try {
    return [
      await fuzz('bytes over TCP, logged in with next to no rights', running, running.app.port, context, () =>
        mutated(TCP_TEXTS, random, CLIENT_WORDS),
      ),
      await fuzz('requests over HTTP', running, running.app.httpPort ?? 0, context, () =>
        random.oneIn(10) ? garbage(random, HTTP_WORDS, 40) : mutated(HTTP_TEXTS, random, HTTP_WORDS),
      ),
    ];
  } finally {
    await running.stop();
  }
}

async function fuzz(
  what: string,
  running: RunningGateway,
  port: number,
  { scale, say }: HostileContext,
  make: () => string,
): Promise<Figure> {
  const inputs = Math.ceil(INPUTS * scale);
  const before = running.asterisk.received.length;
  const faults: string[] = [];
  let count = 0;
  const takeTurns = async () => {
    while (count < inputs && faults.length < 3) {
      count += 1;
      if (count % HONEST_EVERY === 0) await beHonest(running);
      const bytes = make();
      const fault = await converse(port, bytes);
      if (fault !== null) faults.push(`${fault} after ${JSON.stringify(bytes).slice(0, 2000)}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, takeTurns));
  const seen = running.asterisk.received.slice(before);
  const forbidden = seen.filter((action) => !isPermitted(action));
  for (const fault of [...faults, ...forbidden.slice(0, 3).map((action) => JSON.stringify(action))])
    say(`FAULT ${fault}`);
  say(`${what}: ${count}`);
  return {
    what,
    figure: `${count.toLocaleString('en')} connections, ${faults.length} hang, ${forbidden.length} forbidden actions`,
    met: faults.length === 0 && forbidden.length === 0,
    detail: `${seen.length} permitted actions reached Asterisk; an honest client between every ${HONEST_EVERY}`,
  };
}

/** What the gateway asks about its own account. */
const OWN_QUESTION = 'Command: manager show user gateway-account';
const TABLE = learnActions([]);

/** An action of the user's class or of none, or the gateway's own. */
function isPermitted({ lines }: ReceivedAction): boolean {
  const known = lookupAction(TABLE, valueForAsterisk(lines, 'action'));
  return lines.includes(OWN_QUESTION) || (known.kind === 'known' && maySubmit(CLASS_BITS.reporting, known));
}

/** Sends everything, ends, and waits until the other side has ended as well. */
async function converse(port: number, bytes: string): Promise<string | null> {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  socket.on('error', () => undefined);
  socket.resume();
  socket.end(Buffer.from(bytes, 'latin1'));
  try {
    if (!socket.closed) await once(socket, 'close', { signal: AbortSignal.timeout(END_MS) });
    return null;
  } catch (error) {
    // A reset is an end, too.
    return error instanceof Error && error.name === 'AbortError' ? `the connection hangs` : null;
  } finally {
    socket.destroy();
  }
}

async function beHonest(running: RunningGateway): Promise<void> {
  const client = await running.logIn('low', { Events: 'off' });
  const answer = await client.action({ Action: 'CoreStatus' });
  if (!answer.startsWith('Response: Success')) throw new Error(`an honest client was answered ${answer}`);
  client.close();
  const page = await ask(running.app.httpPort ?? 0, { target: '/rawman?action=ping' });
  if (!page.statusLine.includes('200')) throw new Error(`an honest request was answered ${page.statusLine}`);
}
