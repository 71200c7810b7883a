/** `secret_hash` of manager.conf: what scrypt has made of a secret, `scrypt:N:r:p:SALT:HASH` with both in base64. */
import { fail, type Result, succeed } from '../lib/result.js';

/** What scrypt costs: memory grows with N·r, time with N·r·p. */
export interface HashCost {
  readonly n: number;
  readonly r: number;
  readonly p: number;
}

export interface SecretHash {
  readonly cost: HashCost;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** 16 MiB and some 50 ms for each login: a thousand clients that come back together are not kept waiting for minutes. */
export const USUAL_COST: HashCost = { n: 16_384, r: 8, p: 1 };
export const SALT_BYTES = 16;
export const HASH_BYTES = 32;

/** What two logins at the same time may take, in a container that has little. */
const MOST_MEMORY = 256 << 20;
/** Some seconds. */
const MOST_WORK = 1 << 24;
const LEAST_WORK = USUAL_COST.n * USUAL_COST.r;

export function formatSecretHash({ cost, salt, hash }: SecretHash): string {
  return `scrypt:${cost.n}:${cost.r}:${cost.p}:${salt.toString('base64')}:${hash.toString('base64')}`;
}

/** The failure says what is wrong with the line, without a part of it. */
export function parseSecretHash(text: string): Result<SecretHash> {
  const parts = /^scrypt:(\d{1,7}):(\d{1,3}):(\d{1,3}):([A-Za-z0-9+/]+={0,2}):([A-Za-z0-9+/]+={0,2})$/.exec(text);
  if (parts === null) return fail('it is not of the form scrypt:N:r:p:SALT:HASH');
  const [, n, r, p, salt = '', hash = ''] = parts;
  const cost = { n: Number(n), r: Number(r), p: Number(p) };
  const reason = costFault(cost);
  if (reason !== null) return fail(reason);
  const parsed = { cost, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') };
  // Base64 that was cut or changed by hand would never match, and nobody would know why.
  if (formatSecretHash(parsed) !== text) return fail('its base64 is damaged');
  if (parsed.salt.length < SALT_BYTES || parsed.hash.length < HASH_BYTES) return fail('its salt or hash is too short');
  return succeed(parsed);
}

/** Bytes that scrypt works in. */
export function memoryOf({ n, r, p }: HashCost): number {
  return 128 * r * (n + p + 2);
}

/** The time it takes, in a unit of its own. */
export function workOf({ n, r, p }: HashCost): number {
  return n * r * p;
}

function costFault(cost: HashCost): string | null {
  const isPower = cost.n > 1 && (cost.n & (cost.n - 1)) === 0;
  if (!isPower) return 'its N is not a power of two';
  if (workOf(cost) < LEAST_WORK) return 'it costs too little to withstand guessing';
  if (workOf(cost) > MOST_WORK || memoryOf(cost) > MOST_MEMORY) return 'it costs more than a login may';
  return null;
}
