/** What operators ask and do, as JSON over HTTP: the commands of the command line speak it. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Administration, Operator, SessionSelector } from '../gateway/administration.js';
import type { Overview } from '../gateway/overview.js';
import { readable } from '../gateway/user-row.js';
import { compileNetworks } from '../policy/networks.js';

export interface OperatorRoutesDeps {
  readonly overview: Overview;
  readonly administration: Administration;
  readonly operatorOf: (request: FastifyRequest) => Operator;
}

const text = z.string().min(1).max(255);
const address = text.refine((one) => compileNetworks(one).ok, 'must be an address or a network such as 192.0.2.0/24');
const KICK = z.union(
  [z.strictObject({ session: text }), z.strictObject({ user: text }), z.strictObject({ address })],
  'name a session, a user or an address such as 192.0.2.7 or 192.0.2.0/24',
);
const UNBAN = z
  .strictObject({ address: address.optional(), user: text.optional() })
  .refine((chosen) => chosen.address !== undefined || chosen.user !== undefined, 'name an address or a user');
const PAUSE = z.strictObject({ timeoutMs: z.number().int().min(0).max(3_600_000) });

export function addOperatorRoutes(server: FastifyInstance, deps: OperatorRoutesDeps): void {
  const { overview } = deps;
  server.get('/sessions', async () => ({ sessions: overview.sessions }));
  server.get('/users', async () => ({ users: overview.users }));
  server.get('/bans', async () => ({ bans: overview.bans }));
  server.get('/refusals', async () => ({ refusals: overview.refusals }));
  server.get('/upstream', async () => ({ upstream: overview.upstream }));
  addActs(server, deps);
}

function addActs(server: FastifyInstance, { overview, administration, operatorOf }: OperatorRoutesDeps): void {
  server.post('/kick', async (request, reply) => {
    const chosen = KICK.safeParse(request.body);
    if (!chosen.success) return refuse(reply, chosen.error);
    return { kicked: administration.kick(operatorOf(request), selectorOf(chosen.data)) };
  });
  server.post('/unban', async (request, reply) => {
    const chosen = UNBAN.safeParse(request.body);
    if (!chosen.success) return refuse(reply, chosen.error);
    const { address: from = null, user = null } = chosen.data;
    const selector = {
      address: from === null ? null : withoutPrefix(from),
      user: user === null ? null : bytesOf(user),
    };
    const lifted = await administration.unban(operatorOf(request), selector);
    return { lifted: lifted.map((ban) => ('user' in ban ? { ...ban, user: readable(ban.user) } : ban)) };
  });
  server.post('/pause', async (request, reply) => {
    const chosen = PAUSE.safeParse(request.body);
    if (!chosen.success) return refuse(reply, chosen.error);
    const outcome = await administration.pause(operatorOf(request), chosen.data.timeoutMs, goneSignal(reply));
    return { outcome, upstream: overview.upstream };
  });
  server.post('/resume', async (request) => {
    const held = administration.resume(operatorOf(request));
    return { held, upstream: overview.upstream };
  });
  server.post('/reload', async (request, reply) => {
    const reloaded = await administration.reload(operatorOf(request));
    if (reloaded.ok) return { reloaded: true, ...reloaded.value };
    return reply.code(409).send({ error: reloaded.failure });
  });
}

function refuse(reply: FastifyReply, error: z.ZodError): FastifyReply {
  const [issue] = error.issues;
  const key = issue?.path.join('.') ?? '';
  return reply.code(400).send({ error: `${key === '' ? '' : `${key} `}${issue?.message ?? 'invalid'}` });
}

/** Aborts when the operator no longer waits: a pause that was interrupted must not stay behind. */
function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return gone.signal;
}

function selectorOf(chosen: z.output<typeof KICK>): SessionSelector {
  if ('session' in chosen) return { by: 'session', id: chosen.session };
  if ('user' in chosen) return { by: 'user', user: bytesOf(chosen.user) };
  return { by: 'address', address: chosen.address };
}

/** Bans are listed with the /64 that they count for. */
function withoutPrefix(listed: string): string {
  return listed.replace(/\/64$/, '');
}

/** Inside, names are bytes. */
function bytesOf(name: string): string {
  return Buffer.from(name, 'utf8').toString('latin1');
}
