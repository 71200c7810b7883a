/** The status page and what belongs to it: nothing is loaded from elsewhere, and nothing can be changed here. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Overview } from '../gateway/overview.js';
import { renderStatus } from './status-page.js';
import { STATUS_SCRIPT } from './status-script.js';
import { STATUS_STYLE } from './status-style.js';

export interface StatusPage {
  readonly overview: Overview;
  readonly nowMs: () => number;
  /** `loopback`: only who asks for the machine itself is answered. */
  readonly audience: 'loopback' | 'everywhere';
}

/** Everything from here, no frame, no form, no script in the page: what slips through the escaping does nothing. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;

/** `pageNow` is `null` while there is no such page. */
export function addStatusRoutes(server: FastifyInstance, pageNow: () => StatusPage | null): void {
  const route = (path: string, type: string, makeBody: (page: StatusPage) => string) =>
    server.get(path, async (request, reply) => {
      const page = pageNow();
      if (page === null) return reply.callNotFound();
      reply.headers(HEADERS);
      return isMeant(request, page) ? reply.type(type).send(makeBody(page)) : refuse(reply);
    });
  for (const path of ['/', '/status']) {
    route(path, 'text/html; charset=utf-8', ({ overview, nowMs }) => renderStatus(overview, nowMs()));
  }
  route('/status.css', 'text/css; charset=utf-8', () => STATUS_STYLE);
  route('/status.js', 'text/javascript; charset=utf-8', () => STATUS_SCRIPT);
  route('/status.json', 'application/json; charset=utf-8', ({ overview }) => {
    const { upstream, sessions, users, refusals, bans } = overview;
    return JSON.stringify({ upstream, sessions, users, refusals, bans });
  });
}

/** A site whose name is made to mean this machine could read the page in the browser of an operator: names are not answered. */
function isMeant({ host }: FastifyRequest, { audience }: StatusPage): boolean {
  return audience === 'everywhere' || OWN_HOST.test(host);
}

const OWN_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[[\da-f:.]+\])(?::\d{1,5})?$/i;

function refuse(reply: FastifyReply): FastifyReply {
  const text = 'The status page is for this machine alone: ask for it as localhost or 127.0.0.1.\n';
  return reply.code(403).type('text/plain; charset=utf-8').send(text);
}
