/** Writes answers with all their headers in Asterisk's order, and the pages for what never became a request. */
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { type AmiAnswer, errorAnswer } from './ami-answer.js';
import { headersOf, sendRaw } from './framing.js';
import * as limits from './http-limits.js';
import { type ErrorPage, formatError } from './pages.js';

export interface AnswerSettings {
  /** The Server header; empty for none. */
  readonly serverName: string;
  readonly inactivityMs: number;
  readonly keepAliveMs: number;
}

/** How long a client may take to read why it was refused. */
const LINGER_MS = 2000;

export function writeAnswer(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: AmiAnswer,
  { serverName, inactivityMs, keepAliveMs }: AnswerSettings,
): void {
  reply.hijack();
  const response = reply.raw;
  if (response.destroyed || response.headersSent || request.raw.socket.writableEnded) return;
  // Where the client closes, or speaks HTTP/1.0 without keep-alive, the parser would take nothing more.
  const isLast = !response.shouldKeepAlive || keepAliveMs === 0;
  const isClosed = isLast || answer.connection === 'closed';
  const body = Buffer.from(answer.page === null ? answer.body : formatError(answer.page, serverName), 'latin1');
  const headers = headersOf(answer, { serverName, length: body.length, connection: isClosed ? 'closed' : 'kept' });
  sendRaw(response);
  response.writeHead(answer.page?.status ?? 200, answer.page?.title ?? 'OK', headers.flat());
  request.raw.socket.setTimeout(inactivityMs);
  response.end(body);
}

/** What Node's parser refuses never becomes a request; `inWork` are the requests of the connection that did. */
export function refuseUnreadable(
  error: NodeJS.ErrnoException,
  socket: Socket,
  inWork: readonly FastifyReply[],
  serverName: string,
): void {
  socket.setTimeout(LINGER_MS, () => socket.destroy());
  if (inWork.some((reply) => reply.raw.headersSent)) return;
  const isSilent = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && socket.bytesRead === 0;
  // An action that is being answered has its own answer; this one cannot stand in its place.
  const isInWork = inWork.some((reply) => reply.request.raw.complete);
  if (!socket.writable || isSilent || error.code === 'ECONNRESET' || isInWork) {
    socket.destroy();
    return;
  }
  const page = limits.pageForParserError(error.code ?? '');
  const body = formatError(page, serverName);
  const headers = headersOf(errorAnswer(page), { serverName, length: body.length, connection: 'closed' });
  const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.end(Buffer.from(`HTTP/1.1 ${page.status} ${page.title}\r\n${head}\r\n${body}`, 'latin1'));
}

/** The page for what went wrong while a request was read or answered. */
export function pageFor(error: FastifyError): ErrorPage {
  if (error.statusCode === 413) return limits.BODY_TOO_LARGE;
  return error.statusCode !== undefined && error.statusCode < 500 ? limits.UNREADABLE_BODY : limits.SERVER_ERROR;
}
