/** What one user did and received, added up from the lines of an audit log. */
import { z } from 'zod';
import { userKey } from './policy.js';

export interface ActionUse {
  readonly name: string;
  count: number;
  /** By the header that tells one use from another and its value; `null` for uses without one. */
  readonly variants: Map<string, { readonly header: string | null; readonly value: string; count: number }>;
  /** Classes that its arguments needed beside its own. */
  readonly argumentNeeds: Set<string>;
}

export interface EventUse {
  readonly name: string;
  readonly classes: string;
  count: number;
}

export interface Usage {
  readonly addresses: Map<string, number>;
  /** By name; only what was allowed. */
  readonly actions: Map<string, ActionUse>;
  /** Answered by the gateway itself. */
  readonly answered: Map<string, number>;
  /** By name and classes. */
  readonly events: Map<string, EventUse>;
  lines: number;
  /** Lines that are no audit lines. */
  unreadable: number;
  firstAt: string | null;
  lastAt: string | null;
}

const LINE = z.object({
  at: z.string(),
  user: z.string(),
  login: z.string().optional(),
  action: z.string().optional(),
  decision: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  argumentNeeds: z.array(z.string()).optional(),
  events: z.array(z.object({ event: z.string(), classes: z.string(), delivered: z.number() })).optional(),
});

export function noUsage(): Usage {
  return {
    addresses: new Map(),
    actions: new Map(),
    answered: new Map(),
    events: new Map(),
    lines: 0,
    unreadable: 0,
    firstAt: null,
    lastAt: null,
  };
}

/** Adds one line of the audit log, if it is about this user. */
export function addLine(usage: Usage, user: string, text: string): void {
  if (text.trim() === '') return;
  const line = parseLine(text);
  if (line === null) {
    usage.unreadable += 1;
    return;
  }
  if (userKey(line.user) !== userKey(user)) return;
  usage.lines += 1;
  usage.firstAt ??= line.at;
  usage.lastAt = line.at;
  if (line.login !== undefined) usage.addresses.set(line.login, (usage.addresses.get(line.login) ?? 0) + 1);
  if (line.action !== undefined) addAction(usage, { ...line, action: line.action });
  for (const { event, classes, delivered } of line.events ?? []) addEvent(usage, event, classes, delivered);
}

function parseLine(text: string): z.output<typeof LINE> | null {
  try {
    const parsed = LINE.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

function addAction(usage: Usage, line: z.output<typeof LINE> & { readonly action: string }): void {
  const { action: name, decision, headers = {}, argumentNeeds = [] } = line;
  if (decision === 'answered') usage.answered.set(name, (usage.answered.get(name) ?? 0) + 1);
  if (decision !== 'forwarded') return;
  const use = usage.actions.get(name) ?? { name, count: 0, variants: new Map(), argumentNeeds: new Set() };
  usage.actions.set(name, use);
  use.count += 1;
  for (const label of argumentNeeds) use.argumentNeeds.add(label);
  const [header = null, value = ''] = Object.entries(headers)[0] ?? [];
  const key = JSON.stringify([header, value]);
  const variant = use.variants.get(key) ?? { header, value, count: 0 };
  variant.count += 1;
  use.variants.set(key, variant);
}

function addEvent(usage: Usage, name: string, classes: string, delivered: number): void {
  const key = `${classes} ${name}`;
  const use = usage.events.get(key) ?? { name, classes, count: 0 };
  use.count += delivered;
  usage.events.set(key, use);
}
