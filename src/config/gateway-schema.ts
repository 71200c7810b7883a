/** The keys of gateway.conf: what each accepts, and its default. All values are texts before they come here. */

import { z } from 'zod';
import { isFalse, isTrue } from '../ami/truth.js';
import { isLoopback, LOOPBACK } from '../policy/loopback.js';
import { compileNetworks, NO_NETWORKS } from '../policy/networks.js';
import { parseBindAddress } from './bind-address.js';

/** A span of time in seconds, such as `30` or `0.5`; the result is in milliseconds. */
function seconds(least: number, most: number) {
  const message = `a time in seconds from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,9}(\.\d{1,3})?$/, message)
    .transform((text) => Math.round(Number(text) * 1000))
    .refine((ms) => ms >= least * 1000 && ms <= most * 1000, message);
}

function integer(least: number, most: number) {
  const message = `a number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, message)
    .transform(Number)
    .refine((number) => number >= least && number <= most, message);
}

function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.enum(words, { error: `one of ${words.join(', ')}` });
}

/** Goes into a header of AMI, so a line end must not fit in. */
const text = z.string().regex(/^[^\x00-\x1f]+$/, 'a text, not empty and without control bytes');
const username = text.max(79, 'at most 79 bytes, which is what Asterisk keeps');
const yesOrNo = z
  .string()
  .refine((word) => isTrue(word) || isFalse(word), 'yes or no')
  .transform(isTrue);
const address = z
  .string()
  .transform((literal) => parseBindAddress(literal))
  .refine((parsed) => parsed !== null && parsed.port === null, 'an IPv4 or IPv6 address, not a name')
  .transform((parsed) => parsed?.address ?? '');

const loopbackAddress = address.refine(
  isLoopback,
  'a loopback address such as 127.0.0.1 or ::1: operators come from the machine itself',
);
const networks = z
  .string()
  .refine((list) => compileNetworks(list).ok, 'networks such as 10.0.0.0/8,2001:db8::/32, or none')
  .transform((list) => {
    const compiled = compileNetworks(list);
    return compiled.ok ? compiled.value : NO_NETWORKS;
  });
const redisUrl = text.refine(
  (url) => URL.canParse(url) && ['redis:', 'rediss:'].includes(new URL(url).protocol),
  'an address such as redis://127.0.0.1:6379/0, or rediss:// for TLS',
);
/** What a timer of Node can wait, in whole seconds. */
const LONGEST_SECONDS = 2_147_483;

/** As `seconds`; Redis forgets by whole ones. */
function wholeSeconds(least: number, most: number) {
  return integer(least, most).transform((number) => number * 1000);
}

export const GATEWAY_SCHEMA = z.object({
  upstream: z.object({
    host: text.default('127.0.0.1'),
    port: integer(1, 65_535).default(5038),
    username,
    secret: text,
    auth: oneOf(['md5', 'plain']).default('md5'),
    tls: yesOrNo.default(false),
    tls_ca: text.optional(),
    tls_servername: text.optional(),
    // Not a yes or no: who turns verification off shall have to write why that is a bad idea.
    tls_verify: oneOf(['yes', 'insecure']).default('yes'),
    connect_timeout: seconds(0.1, 300).default(5_000),
    login_timeout: seconds(1.5, 300).default(10_000),
    keepalive_interval: seconds(1, 3600).default(30_000),
    keepalive_timeout: seconds(1, 3600).default(10_000),
    // Each is one thread in Asterisk; it runs actions of one connection one after the other.
    pool_size: integer(1, 256).default(8),
    // All but one, unless it is set.
    pool_share: integer(1, 256).optional(),
    pool_idle_timeout: seconds(1, 86_400).default(60_000),
    lease_wait_timeout: seconds(0.1, 3600).default(30_000),
    max_waiting_actions: integer(1, 1_000_000).default(1_000),
    // A synchronous Originate lasts until the call is answered.
    action_timeout: seconds(1, 86_400).default(300_000),
    reconnect_min: seconds(0.1, 3600).default(500),
    reconnect_max: seconds(0.1, 3600).default(15_000),
  }),
  metrics: z.object({
    enabled: yesOrNo.default(true),
    bindaddr: address.default('127.0.0.1'),
    port: integer(1, 65_535).default(9550),
    // Yes on loopback, else no, unless it is set.
    status: yesOrNo.optional(),
  }),
  admin: z.object({
    socket: text.optional(),
    bindaddr: loopbackAddress.default('127.0.0.1'),
    port: integer(1, 65_535).optional(),
    secret_file: text.optional(),
  }),
  sessions: z.object({
    // Some seconds of events on a busy system, and little enough for hundreds of slow clients. At least what is handed
    // to a client at once, which is no sign that it is slow: a mebibyte of events and the chunk that made it full.
    max_queue_bytes: integer(2_097_152, 1_073_741_824).default(8_388_608),
    max_sessions: integer(1, 1_000_000).default(10_000),
    // Off: a client that only listens sends nothing.
    idle_timeout: seconds(0, LONGEST_SECONDS).default(0),
  }),
  listener: z.object({
    proxy_protocol_from: networks.default(NO_NETWORKS),
    tcp_keepalive: seconds(0, 86_400).default(60_000),
    tls_client_ca: text.optional(),
  }),
  limits: z.object({
    // Four fifths of authlimit unless it is set, and half of one below 20.
    auth_per_address: integer(1, 1_000_000).optional(),
    // A fifth of max_sessions: many clients behind one address are usual, all of them are not.
    connections_per_address: integer(1, 1_000_000).default(2_000),
    // The same share of http.conf's sessionlimit unless it is set.
    http_connections_per_address: integer(1, 1_000_000).optional(),
    // Room for some hundred messages; a login takes one or two.
    login_bytes: integer(1024, 1_048_576).default(16_384),
    // What one Asterisk takes without effort; beyond it logins wait their turn.
    logins_per_second: integer(1, 100_000).default(200),
    logins_per_second_per_address: integer(1, 100_000).default(20),
  }),
  bans: z.object({
    enabled: yesOrNo.default(true),
    // Who is on the same machine could not be told from everybody else on it.
    allow: networks.prefault(LOOPBACK),
    // A person errs a few times; a program that guesses needs thousands.
    max_failures: integer(1, 1_000_000).default(10),
    find_time: wholeSeconds(1, LONGEST_SECONDS).default(600_000),
    ban_time: wholeSeconds(1, LONGEST_SECONDS).default(600_000),
    // Asterisk's one second, doubled with each failure up to this.
    max_delay: seconds(1, 60).default(8_000),
    account_failures: integer(1, 1_000_000).default(5),
    account_slow_failures: integer(1, 1_000_000).default(50),
    account_slow_interval: wholeSeconds(1, 86_400).default(10_000),
    account_known_time: wholeSeconds(1, LONGEST_SECONDS).default(1_209_600_000),
  }),
  state: z.object({
    redis: redisUrl.optional(),
    // A login waits for it; a Redis in the same network answers in a millisecond.
    redis_timeout: seconds(0.05, 10).default(500),
  }),
  process: z.object({
    user: text.optional(),
    group: text.optional(),
  }),
  reload: z.object({
    watch: yesOrNo.default(false),
  }),
  drain: z.object({
    // For a load balancer that asks /readyz: as long as it takes to notice.
    delay: seconds(0, 3600).default(0),
    // Most actions are answered at once; a container is often killed ten seconds after it was asked to stop.
    timeout: seconds(0, 3600).default(8_000),
  }),
  log: z.object({
    level: oneOf(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
    security_file: text.optional(),
    audit_file: text.optional(),
  }),
});

export type GatewayValues = z.output<typeof GATEWAY_SCHEMA>;

/** Section by section, the names of its keys; `secret_file` stands for `secret`. */
export const GATEWAY_KEYS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(GATEWAY_SCHEMA.shape).map(([section, schema]) => {
    const keys = Object.keys(schema.shape);
    return [section, section === 'upstream' ? [...keys, 'secret_file'] : keys];
  }),
);
