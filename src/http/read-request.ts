/** From a request as HTTP brings it to a request of AMI, or to the page that says why it is none. */
import type { FastifyRequest } from 'fastify';
import { asciiLowerCase } from '../ami/message.js';
import { fail, type Result, succeed } from '../lib/result.js';
import type { Peer } from '../net/connection.js';
import type { AmiRequest } from './ami-answer.js';
import { cookieIdIn } from './cookie.js';
import { NOT_FOUND, UNKNOWN_METHOD } from './http-limits.js';
import type { ErrorPage } from './pages.js';
import { decodeParameters, type Parameter } from './parameters.js';
import { findRoute, queryOf } from './routes.js';

export interface RequestOrigin {
  /** The client as its proxy told; `null` when it has gone. */
  readonly peer: Peer | null;
  /** Aborted when the client goes away. */
  readonly gone: AbortSignal;
}

/** `prefix` is that of http.conf. */
export function readRequest(
  request: FastifyRequest,
  prefix: string,
  { peer, gone }: RequestOrigin,
): Result<AmiRequest, ErrorPage> {
  const { method } = request;
  const target = request.originalUrl;
  const route = findRoute(prefix, target);
  if (route === null || peer === null) return fail(NOT_FOUND);
  if (method !== 'GET' && method !== 'POST' && method !== 'HEAD') return fail(UNKNOWN_METHOD);
  const { rawHeaders } = request.raw;
  const authorization = rawHeaders.find(
    (_, at) => at % 2 === 1 && asciiLowerCase(rawHeaders[at - 1] ?? '') === 'authorization',
  );
  return succeed({
    route,
    method,
    target,
    parameters: parametersOf(request),
    cookieId: cookieIdIn(rawHeaders),
    authorization: authorization ?? null,
    peer,
    gone,
  });
}

/** Of a POST only the body counts, and of bodies only forms, as in Asterisk. */
function parametersOf(request: FastifyRequest): readonly Parameter[] {
  if (request.method !== 'POST') {
    const query = queryOf(request.originalUrl);
    return query === null ? [] : decodeParameters(query);
  }
  const [type = ''] = (request.headers['content-type'] ?? '').split(';', 1);
  const isForm = asciiLowerCase(type) === 'application/x-www-form-urlencoded';
  return isForm && Buffer.isBuffer(request.body) ? decodeParameters(request.body.toString('latin1')) : [];
}
