/** A request of AMI over HTTP, and what it is answered with: AMI in the format of its route, or the page of an error. */
import { unreachable } from '../lib/unreachable.js';
import type { Peer } from '../net/connection.js';
import type { Outcome } from './http-connection.js';
import { CONTENT_TYPES, type ErrorPage, formatAnswer } from './pages.js';
import type { Parameter } from './parameters.js';
import type { Route } from './routes.js';

export interface AmiRequest {
  readonly route: Route;
  readonly method: 'GET' | 'POST' | 'HEAD';
  readonly target: string;
  readonly parameters: readonly Parameter[];
  /** The id in its cookie, if it may be one of ours. */
  readonly cookieId: string | null;
  /** The first Authorization header. */
  readonly authorization: string | null;
  readonly peer: Peer;
  /** Aborted when the client goes away. */
  readonly gone: AbortSignal;
}

/** What to answer; headers besides those that every answer has, in order. */
export interface AmiAnswer {
  readonly page: ErrorPage | null;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Empty for an error, whose page is made from `page`. */
  readonly body: string;
  /** Whether the client may go on on this connection. */
  readonly connection: 'kept' | 'closed';
}

export const ERROR_TYPE = ['Content-type', 'text/html'] as const;
export const UNAUTHORIZED: ErrorPage = { status: 401, title: 'Unauthorized', text: '' };
export const PERMISSION_DENIED: ErrorPage = { status: 403, title: 'Permission denied', text: 'Permission denied' };
export const TOO_MANY_SESSIONS: ErrorPage = { status: 503, title: 'Service Unavailable', text: 'Too many sessions' };
const SESSION_ENDED: ErrorPage = { status: 503, title: 'Service Unavailable', text: 'The session has ended' };
const CROWDED: ErrorPage = {
  status: 503,
  title: 'Service Unavailable',
  text: 'Too many requests of this session wait',
};

export function badRequest(text: string): ErrorPage {
  return { status: 400, title: 'Bad Request', text };
}

/** The page of an error; the connection stays. */
export function errorAnswer(page: ErrorPage): AmiAnswer {
  return { page, headers: [ERROR_TYPE], body: '', connection: 'kept' };
}

/** What a session made of the request; `headers` go with an answer of AMI only. */
export function answerFor(outcome: Outcome, request: AmiRequest, headers: AmiAnswer['headers']): AmiAnswer {
  switch (outcome.kind) {
    case 'answered': {
      const answer = answerWith(request, outcome.text);
      return { ...answer, headers: [...answer.headers, ...headers] };
    }
    case 'crowded':
      return errorAnswer(CROWDED);
    case 'broken':
    case 'not-begun':
      return { ...errorAnswer(SESSION_ENDED), connection: 'closed' };
    default:
      return unreachable(outcome);
  }
}

/** AMI text in the format of the route. */
export function answerWith({ route, parameters }: AmiRequest, text: string): AmiAnswer {
  const body = formatAnswer(text, route.format, route.access, parameters);
  return { page: null, headers: [['Content-type', CONTENT_TYPES[route.format]]], body, connection: 'kept' };
}
