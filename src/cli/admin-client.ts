/** One question to the running gateway, over its admin socket or port. */
import { request } from 'node:http';
import os from 'node:os';
import type { AdminSettings } from '../config/gateway-settings.js';
import { fail, type Result, succeed } from '../lib/result.js';

export type AdminDoor = Exclude<AdminSettings, { readonly kind: 'off' }>;

export interface AdminQuestion {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Sent as JSON; `null` for none. */
  readonly body: Readonly<Record<string, unknown>> | null;
  /** How long the answer may take, in milliseconds. */
  readonly timeoutMs: number;
}

export interface AdminAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Fails with a sentence that says what to do. */
export function askGateway(door: AdminDoor, question: AdminQuestion): Promise<Result<AdminAnswer>> {
  const { method, path, body, timeoutMs } = question;
  const content = body === null ? null : JSON.stringify(body);
  const type = content === null ? {} : { 'content-type': 'application/json' };
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException) => resolve(fail(explain(door, error)));
    const signal = AbortSignal.timeout(timeoutMs);
    const sent = request({
      ...placeOf(door),
      method,
      path,
      headers: { ...operator(), ...proof(door), ...type },
      signal,
    });
    sent.on('error', failed);
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', failed);
      response.on('end', () => resolve(read(response.statusCode ?? 0, Buffer.concat(chunks).toString('utf8'))));
    });
    sent.end(content ?? undefined);
  });
}

export function describeDoor(door: AdminDoor): string {
  return door.kind === 'socket' ? pathOf(door.path) : `${door.bindAddress} port ${door.port}`;
}

function placeOf(door: AdminDoor) {
  return door.kind === 'socket' ? { socketPath: pathOf(door.path) } : { host: door.bindAddress, port: door.port };
}

function pathOf(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

function proof(door: AdminDoor): Readonly<Record<string, string>> {
  return door.kind === 'socket' ? {} : { authorization: `Bearer ${door.secret}` };
}

/** Who is at the keyboard, for the gateway's log. */
function operator(): Readonly<Record<string, string>> {
  const uid = process.getuid?.();
  const sudo = process.env.SUDO_USER;
  const name = sudo === undefined || uid !== 0 ? userName() : `${sudo} by sudo`;
  return {
    'x-operator': name.replace(/[^\x20-\x7e]/g, '?'),
    ...(uid === undefined ? {} : { 'x-operator-uid': String(uid) }),
  };
}

/** A uid of a container need not have a name. */
function userName(): string {
  try {
    return os.userInfo().username;
  } catch {
    return 'unknown';
  }
}

function read(status: number, text: string): Result<AdminAnswer> {
  try {
    return succeed({ status, body: JSON.parse(text) });
  } catch {
    return fail('what answers there is not this version of ami-gateway');
  }
}

function explain(door: AdminDoor, { code, name, message }: NodeJS.ErrnoException): string {
  const place = describeDoor(door);
  switch (code) {
    case 'ENOENT':
      return `the gateway is not running, or opened no socket: there is no ${place}; its log says why`;
    case 'ECONNREFUSED':
      return `the gateway is not running: nobody listens at ${place}`;
    case 'EACCES':
    case 'EPERM':
      return `${place} may not be opened by this user: only by root and the user that the gateway was started as`;
    default:
      return name === 'AbortError' || name === 'TimeoutError'
        ? `the gateway at ${place} did not answer in time`
        : `the gateway at ${place} cannot be asked: ${message}`;
  }
}
