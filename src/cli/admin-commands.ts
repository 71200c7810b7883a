/** The commands for a running gateway: what each takes, asks and shows. */
import type { z } from 'zod';
import { fail, type Result, succeed } from '../lib/result.js';
import { BANS, KICKED, LIFTED, PAUSED, RELOADED, RESUMED, SESSIONS, UPSTREAM, USERS } from './admin-answers.js';
import type { AdminQuestion } from './admin-client.js';
import { viewBans, viewLifted, viewReloaded, viewSessions, viewUpstream, viewUsers } from './admin-views.js';

/** What stood behind the name of the command. */
export interface CommandArguments {
  readonly positionals: readonly string[];
  readonly user: string | null;
  readonly address: string | null;
  /** As written. */
  readonly timeout: string | null;
}

/** `isDone` false: the exit code is 1. */
export interface Shown {
  readonly text: string;
  readonly isDone: boolean;
}

export interface AdminCommand {
  /** Behind the name. */
  readonly usage: string;
  readonly summary: string;
  /** Which of the options it takes, beside those that all take. */
  readonly options: readonly ('user' | 'address' | 'timeout')[];
  readonly ask: (args: CommandArguments) => Result<AdminQuestion>;
  /** `null` for an answer that is not understood. */
  readonly show: (answer: unknown, nowMs: number) => Shown | null;
}

const ANSWER_MS = 10_000;
const PAUSE_SECONDS = '30';

export const ADMIN_COMMANDS: ReadonlyMap<string, AdminCommand> = new Map<string, AdminCommand>([
  [
    'sessions',
    list('/sessions', 'who is connected, since when, and what waits for them', shown(SESSIONS, viewSessions)),
  ],
  ['users', list('/users', 'who may log in, and what they may see and do', shown(USERS, viewUsers))],
  ['bans', list('/bans', 'banned addresses and locked accounts', shown(BANS, viewBans))],
  [
    'upstream',
    list(
      '/upstream',
      'the connection to Asterisk',
      shown(UPSTREAM, ({ upstream }, nowMs) => viewUpstream(upstream, nowMs)),
    ),
  ],
  [
    'kick',
    {
      usage: 'SESSION | --user USER | --address ADDRESS',
      summary: 'close sessions; an address may be a network such as 192.0.2.0/24',
      options: ['user', 'address'],
      ask: askKick,
      show: read(KICKED, ({ kicked }) => ({
        text: kicked === 0 ? 'no such session is open\n' : `closed ${kicked} session${kicked === 1 ? '' : 's'}\n`,
        isDone: kicked > 0,
      })),
    },
  ],
  [
    'unban',
    {
      usage: '[ADDRESS] [--user USER]',
      summary: 'lift the ban of an address with all locks there, or the locks of a user',
      options: ['user'],
      ask: askUnban,
      show: read(LIFTED, (answer) => {
        const text = viewLifted(answer);
        return { text: text === '' ? 'nothing of this is in force\n' : text, isDone: text !== '' };
      }),
    },
  ],
  [
    'pause',
    {
      usage: '[--timeout SECONDS]',
      summary: 'hold new actions, return when none is in flight; sessions stay (for a restart of Asterisk)',
      options: ['timeout'],
      ask: askPause,
      show: read(PAUSED, ({ outcome, upstream }) => {
        const inFlight = upstream.connectionsInUse + upstream.waitingActions;
        const busy = `still in flight after that time: ${inFlight}; nothing is paused now, try again with a longer --timeout\n`;
        const texts = {
          paused: 'paused: nothing is in flight, new actions are held\n',
          'was-paused': 'was paused already\n',
          busy,
        };
        return { text: texts[outcome], isDone: outcome !== 'busy' };
      }),
    },
  ],
  [
    'resume',
    {
      usage: '',
      summary: 'let held and new actions go to Asterisk again',
      options: [],
      ask: (args) => withoutMore(args, post('/resume', {})),
      show: read(RESUMED, ({ held, upstream }) => {
        if (held === null) return { text: 'was not paused\n', isDone: true };
        const wait = upstream.state === 'up' ? '' : '; Asterisk is not back yet, they wait for it';
        return { text: `resumed: ${held} held action${held === 1 ? '' : 's'} let go${wait}\n`, isDone: true };
      }),
    },
  ],
  [
    'reload',
    {
      usage: '',
      summary: 'read the configuration anew; one with an error changes nothing',
      options: [],
      ask: (args) => withoutMore(args, { ...post('/reload', {}), timeoutMs: 60_000 }),
      show: read(RELOADED, (answer) => ({ text: viewReloaded(answer), isDone: true })),
    },
  ],
]);

function askKick({ positionals, user, address }: CommandArguments): Result<AdminQuestion> {
  const [session = null, ...more] = positionals;
  const chosen = [session, user, address].filter((one) => one !== null);
  if (chosen.length !== 1 || more.length > 0) return fail('name one session, or one --user, or one --address');
  if (session !== null) return succeed(post('/kick', { session }));
  return succeed(post('/kick', user === null ? { address } : { user }));
}

function askUnban({ positionals, user }: CommandArguments): Result<AdminQuestion> {
  const [address, ...more] = positionals;
  if ((address === undefined && user === null) || more.length > 0) return fail('name an address, or a --user, or both');
  return succeed(post('/unban', { ...(address === undefined ? {} : { address }), ...(user === null ? {} : { user }) }));
}

function askPause(args: CommandArguments): Result<AdminQuestion> {
  const written = args.timeout ?? PAUSE_SECONDS;
  const seconds = /^\d{1,4}(\.\d{1,3})?$/.test(written) ? Number(written) : Number.POSITIVE_INFINITY;
  if (seconds > 3600) return fail('--timeout is a number of seconds up to 3600');
  const timeoutMs = Math.round(seconds * 1000);
  return withoutMore(args, { ...post('/pause', { timeoutMs }), timeoutMs: timeoutMs + ANSWER_MS });
}

function withoutMore({ positionals }: CommandArguments, question: AdminQuestion): Result<AdminQuestion> {
  const [more] = positionals;
  return more === undefined ? succeed(question) : fail(`'${more}' is one argument too many`);
}

function post(path: string, body: Readonly<Record<string, unknown>>): AdminQuestion {
  return { method: 'POST', path, body, timeoutMs: ANSWER_MS };
}

function list(path: string, summary: string, show: AdminCommand['show']): AdminCommand {
  const question = { method: 'GET', path, body: null, timeoutMs: ANSWER_MS } as const;
  return { usage: '', summary, options: [], ask: (args) => withoutMore(args, question), show };
}

function read<Schema extends z.ZodType>(
  schema: Schema,
  view: (answer: z.output<Schema>, nowMs: number) => Shown,
): AdminCommand['show'] {
  return (answer, nowMs) => {
    const parsed = schema.safeParse(answer);
    return parsed.success ? view(parsed.data, nowMs) : null;
  };
}

function shown<Schema extends z.ZodType>(
  schema: Schema,
  view: (answer: z.output<Schema>, nowMs: number) => string,
): AdminCommand['show'] {
  return read(schema, (answer, nowMs) => ({ text: view(answer, nowMs), isDone: true }));
}
