/** Attacks on a gateway process with its defaults, while a good client goes on with its work. */
import { poll } from '../asterisk/processes.mjs';
import { ScriptedAsterisk } from '../gateway/scripted-asterisk.js';
import { ServeProcess } from '../gateway/serve-process.js';
import { type AttackCounts, AttackProcess } from './load/attack-process.js';
import { type Experience, experience, Resident, visit } from './load/good-client.js';
import { openFilesOf, PeakMemory, residentBytesOf } from './load/process-cost.js';
import { type Counters, growthOf, scrapeCounters } from './load/scraped.js';
import { declarePart, type Figure, type HostileContext } from './part.js';

interface Attack {
  readonly name: string;
  readonly what: string;
  readonly count: number;
  /** Addresses it comes from. */
  readonly addresses: number;
  /** Whether clients that come meanwhile are served, or only those who are there: where places run out for everybody. */
  readonly newcomers: 'served' | 'may-wait';
  readonly settings?: string;
  /** Its logins are no part of it: the clients begin when all of it is logged in. */
  readonly staysLoggedIn?: true;
  /** A limit for the gateway's descriptors. */
  readonly openFiles?: number;
  /** A line that must be in its log. */
  readonly logs?: string;
  /** What Asterisk does meanwhile. */
  readonly meanwhile?: (asterisk: ScriptedAsterisk) => void;
}

const USERS = ['good', 'attacker'].map((name) => `[${name}]\nsecret = s\nread = all\nwrite = all\n`).join('\n');
const SECONDS = 15;
/** What any of these attacks may take of the gateway's memory, over what it had before. */
const MOST_GROWTH = 256 << 20;
const EVENT = `Event: UserEvent\r\nPrivilege: user,all\r\nUserEvent: flood\r\nFiller: ${'x'.repeat(4000)}\r\n\r\n`;

const ATTACKS: readonly Attack[] = [
  { name: 'slowloris', what: 'slowloris, one address', count: 2000, addresses: 1, newcomers: 'served' },
  {
    name: 'slowloris',
    what: 'slowloris, 500 addresses: fills authlimit for newcomers, as in Asterisk',
    count: 2000,
    addresses: 500,
    newcomers: 'may-wait',
  },
  {
    name: 'slow-session',
    what: 'sessions that send a byte every 2 s',
    count: 2000,
    addresses: 20,
    newcomers: 'served',
  },
  { name: 'connection-flood', what: 'connection flood', count: 200, addresses: 1, newcomers: 'served' },
  { name: 'challenge-flood', what: 'challenge flood', count: 30, addresses: 1, newcomers: 'served' },
  {
    name: 'long-lines-before-login',
    what: '400 kB lines before a login',
    count: 30,
    addresses: 1,
    newcomers: 'served',
  },
  { name: 'long-lines', what: '400 kB lines', count: 10, addresses: 1, newcomers: 'served' },
  { name: 'many-headers', what: '100,000 headers', count: 10, addresses: 1, newcomers: 'served' },
  {
    name: 'never-reading',
    what: 'readers that never read, 20 MB of events',
    count: 50,
    addresses: 1,
    newcomers: 'served',
    meanwhile: (asterisk) => asterisk.emit(EVENT.repeat(5000)),
  },
  {
    name: 'vanish-mid-action',
    what: 'clients that vanish in the middle of actions that never end',
    count: 20,
    addresses: 1,
    newcomers: 'served',
    settings: 'action_timeout = 2\n',
  },
  {
    name: 'many-sessions',
    what: '600 sessions with 260 descriptors',
    count: 600,
    addresses: 4,
    newcomers: 'may-wait',
    openFiles: 260,
    logs: 'fewer file descriptors',
  },
];

declarePart({ name: 'load', run });

async function run(context: HostileContext): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const attack of ATTACKS) {
    figures.push(await suffer(attack, context).catch((error: unknown) => failureOf(attack, error)));
    context.say(`${attack.what}: ${figures.at(-1)?.figure}; ${figures.at(-1)?.detail}`);
  }
  return figures;
}

function failureOf({ what }: Attack, error: unknown): Figure {
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { what, figure: 'not measured', met: false, detail: reason.replace(/\s+/g, ' ').slice(0, 300) };
}

async function suffer(attack: Attack, { scale }: HostileContext): Promise<Figure> {
  const asterisk = new ScriptedAsterisk();
  await asterisk.start();
  asterisk.script = ({ name, actionId }) =>
    name === 'Slow' ? null : `Response: Success\r\n${actionId === '' ? '' : `ActionID: ${actionId}\r\n`}\r\n`;
  const { settings = '', openFiles } = attack;
  const limit = openFiles === undefined ? {} : { openFiles };
  const gateway = await ServeProcess.start({ upstreamPort: asterisk.port, users: USERS, upstream: settings, ...limit });
  try {
    await gateway.wrote('listening');
    return await measure(attack, gateway, asterisk, Math.max(SECONDS * scale, 2) * 1000);
  } finally {
    await gateway.clean();
    await asterisk.stop();
  }
}

async function measure(attack: Attack, gateway: ServeProcess, asterisk: ScriptedAsterisk, durationMs: number) {
  const { pid, amiPort, metricsPort } = gateway;
  const resident = await Resident.enter(amiPort);
  await visit(amiPort);
  const before = { bytes: residentBytesOf(pid), files: openFilesOf(pid), counters: await scrapeCounters(metricsPort) };
  const memory = new PeakMemory(pid);
  const { count, addresses } = attack;
  const assault = await AttackProcess.begin(attack.name, { port: amiPort, count, addresses });
  if (attack.staysLoggedIn) await poll(() => isLoggedIn(metricsPort, count), 60_000);
  const flood = setTimeout(() => attack.meanwhile?.(asterisk), durationMs / 3);
  try {
    const seen = await experience(amiPort, resident, durationMs);
    const counters = await scrapeCounters(metricsPort);
    const load = await assault.stop();
    const isBack = () => (openFilesOf(pid) <= before.files + LEFT_OPEN ? openFilesOf(pid) : null);
    const filesAfter = await poll(isBack, 20_000);
    const recovered = await visit(amiPort).then(
      () => true,
      () => false,
    );
    const { peakBytes } = memory;
    return figureOf(attack, { seen, load, before, peakBytes, filesAfter, recovered, counters, output: gateway.output });
  } finally {
    clearTimeout(flood);
    memory.stop();
    assault.kill();
    resident.leave();
  }
}

async function isLoggedIn(metricsPort: number, sessions: number): Promise<true | null> {
  const counters = await scrapeCounters(metricsPort);
  return (counters.get('sessions{state="authenticated"}') ?? 0) > sessions ? true : null;
}

/** Upstream connections that an attack has opened are kept for a minute. */
const LEFT_OPEN = 10;

interface Outcome {
  readonly seen: Experience;
  readonly load: AttackCounts;
  readonly before: { readonly bytes: number; readonly files: number; readonly counters: Counters };
  readonly peakBytes: number;
  /** `null` when they did not go back. */
  readonly filesAfter: number | null;
  readonly recovered: boolean;
  readonly counters: Counters;
  readonly output: string;
}

function figureOf({ what, newcomers, logs }: Attack, outcome: Outcome): Figure {
  const { seen, load, before, peakBytes, filesAfter, recovered, counters, output } = outcome;
  const rate = (served: Experience['resident']) =>
    `${served.tried - served.failed} of ${served.tried} served, slowest ${Math.round(served.slowestMs)} ms`;
  const faults = [
    ...(seen.resident.failed > 0 ? [`the session that was there before was not served: ${seen.firstFailure}`] : []),
    ...(newcomers === 'served' && seen.newcomers.failed > 0 ? [`a newcomer was not served: ${seen.firstFailure}`] : []),
    ...(peakBytes - before.bytes > MOST_GROWTH ? ['too much memory'] : []),
    ...(filesAfter === null ? ['descriptors stay open'] : []),
    ...(recovered ? [] : ['nobody is served behind it']),
    ...(logs !== undefined && !output.includes(logs) ? [`the log does not say '${logs}'`] : []),
  ];
  const megabytes = (bytes: number) => Math.round(bytes / 2 ** 20);
  const closed = [
    growthOf('connections_total', 'result', before.counters, counters),
    growthOf('sessions_closed_total', 'reason', before.counters, counters),
  ];
  return {
    what: `${what} (${load.opened.toLocaleString('en')} connections, ${megabytes(load.sentBytes)} MB sent)`,
    figure: `newcomers ${rate(seen.newcomers)}; resident ${rate(seen.resident)}`,
    met: faults.length === 0,
    detail: [
      ...faults,
      `RSS ${megabytes(before.bytes)} → ${megabytes(peakBytes)} MB, descriptors ${before.files} → ${filesAfter ?? 'more'}`,
      `connections: ${closed[0]}; ended: ${closed[1]}`,
    ].join('; '),
  };
}
