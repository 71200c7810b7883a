/** What the running gateway answers, as the commands read it. */
import { z } from 'zod';

const nullableText = z.string().nullable();

export const SESSIONS = z.object({
  sessions: z.array(
    z.object({
      id: z.string(),
      user: nullableText,
      address: z.string(),
      transport: z.string(),
      since: z.string(),
      delivered: z.number(),
      filtered: z.number(),
      queuedBytes: z.number(),
      action: nullableText,
    }),
  ),
});

export const USERS = z.object({
  users: z.array(
    z.object({
      user: z.string(),
      sessions: z.number(),
      read: z.array(z.string()),
      write: z.array(z.string()),
      eventFilters: z.array(z.string()),
      actionFilters: z.array(z.string()),
      limits: z.array(z.string()),
    }),
  ),
});

export const BANS = z.object({
  bans: z.array(
    z.object({
      kind: z.enum(['address', 'account', 'slow']),
      address: nullableText,
      user: nullableText,
      until: z.string(),
      failures: z.number().nullable(),
    }),
  ),
});

const upstream = z.object({
  state: z.string(),
  since: z.string(),
  host: z.string(),
  port: z.number(),
  banner: z.string(),
  version: nullableText,
  systemName: nullableText,
  reconnects: z.number(),
  lastFailure: nullableText,
  paused: z.boolean(),
  connections: z.number(),
  connectionsInUse: z.number(),
  connectionsMost: z.number(),
  waitingActions: z.number(),
  heldActions: z.number(),
});

export type UpstreamAnswer = z.output<typeof upstream>;

export const UPSTREAM = z.object({ upstream });
export const KICKED = z.object({ kicked: z.number() });
export const LIFTED = z.object({
  lifted: z.array(
    z.object({
      kind: z.enum(['address', 'account', 'slow']),
      network: z.string().optional(),
      user: z.string().optional(),
    }),
  ),
});
export const PAUSED = z.object({ outcome: z.enum(['paused', 'was-paused', 'busy']), upstream });
export const RESUMED = z.object({ held: z.number().nullable(), upstream });
export const RELOADED = z.object({
  reloaded: z.boolean(),
  closedSessions: z.number(),
  needsRestart: z.array(z.string()),
  warnings: z.array(z.string()),
});
export const REFUSED = z.object({ error: z.string() });
