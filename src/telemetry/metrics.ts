/**
 * Every metric in one table. Labels come from configured users, from our own unions and from the upstream's own list
 * of actions: never from the wire, so that no client can grow the set.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

const NAMES = {
  buildInfo: { type: 'gauge', name: 'build_info', help: 'Always 1; the version is the label.', labels: ['version'] },
  lastReloadSuccessful: {
    type: 'gauge',
    name: 'config_last_reload_successful',
    help: '1 while the files of the configuration were read without an error the last time, at the start or by a reload.',
    labels: [],
  },
  lastReloadSuccess: {
    type: 'gauge',
    name: 'config_last_reload_success_timestamp_seconds',
    help: 'When the configuration in force was read.',
    labels: [],
  },
  reloads: {
    type: 'counter',
    name: 'config_reloads_total',
    help: 'Reloads of the configuration, by result: success or refused.',
    labels: ['result'],
  },
  restartNeeded: {
    type: 'gauge',
    name: 'config_restart_needed',
    help: 'Settings that were changed by a reload and need a restart to be in force.',
    labels: [],
  },
  upstreamUp: {
    type: 'gauge',
    name: 'upstream_up',
    help: '1 while the event stream is logged in at Asterisk.',
    labels: [],
  },
  upstreamConnects: {
    type: 'counter',
    name: 'upstream_connects_total',
    help: 'Attempts to log in at Asterisk, by purpose and result.',
    labels: ['purpose', 'result'],
  },
  upstreamConnections: {
    type: 'gauge',
    name: 'upstream_connections',
    help: 'Upstream connections for actions, by state.',
    labels: ['state'],
  },
  upstreamWaiting: {
    type: 'gauge',
    name: 'upstream_waiting_actions',
    help: 'Actions that wait for a free upstream connection.',
    labels: [],
  },
  paused: {
    type: 'gauge',
    name: 'paused',
    help: '1 while an operator holds actions back with `pause`.',
    labels: [],
  },
  heldActions: {
    type: 'gauge',
    name: 'held_actions',
    help: 'Actions that are held back because an operator paused the gateway.',
    labels: [],
  },
  upstreamReceivedBytes: {
    type: 'counter',
    name: 'upstream_received_bytes_total',
    help: 'Bytes of events received from Asterisk.',
    labels: [],
  },
  upstreamEvents: {
    type: 'counter',
    name: 'upstream_events_total',
    help: 'Events received from Asterisk.',
    labels: [],
  },
  shadowRefusals: {
    type: 'counter',
    name: 'shadow_refusals_total',
    help: 'What the rules of a user with enforce = no would have refused or withheld, by user and reason.',
    labels: ['user', 'reason'],
  },
  auditLinesLost: {
    type: 'counter',
    name: 'audit_lines_lost_total',
    help: 'Lines that audit_file did not take.',
    labels: [],
  },
  logLinesDropped: {
    type: 'counter',
    name: 'log_lines_dropped_total',
    help: 'Log lines dropped because standard output was not read.',
    labels: [],
  },
  connections: {
    type: 'counter',
    name: 'connections_total',
    help: 'Connections from clients, by listener and result.',
    labels: ['listener', 'result'],
  },
  sessions: { type: 'gauge', name: 'sessions', help: 'Open sessions, by state.', labels: ['state'] },
  userSessions: {
    type: 'gauge',
    name: 'user_sessions',
    help: 'Logged-in sessions of each configured user.',
    labels: ['user'],
  },
  audiences: {
    type: 'gauge',
    name: 'audiences',
    help: 'Distinct views among the sessions: events are decided once for each.',
    labels: [],
  },
  bans: {
    type: 'counter',
    name: 'bans_total',
    help: 'Addresses banned (by own failures, or told by another gateway), accounts locked at an address or slowed, by reason.',
    labels: ['reason'],
  },
  bansActive: {
    type: 'gauge',
    name: 'bans_active',
    help: 'Addresses that this gateway knows to be banned.',
    labels: [],
  },
  sharedStateUp: {
    type: 'gauge',
    name: 'shared_state_up',
    help: '1 while Redis answers; 0 while it does not, and each gateway counts for itself, and without one.',
    labels: [],
  },
  certificateExpiry: {
    type: 'gauge',
    name: 'tls_certificate_expiry_timestamp_seconds',
    help: 'When the certificate of a listener expires.',
    labels: ['listener'],
  },
  sessionsClosed: {
    type: 'counter',
    name: 'sessions_closed_total',
    help: 'Sessions that ended, by reason.',
    labels: ['reason'],
  },
  authAttempts: {
    type: 'counter',
    name: 'auth_attempts_total',
    help: 'Logins by method and result.',
    labels: ['method', 'result'],
  },
  loginsWaiting: {
    type: 'gauge',
    name: 'logins_waiting',
    help: 'Logins that wait for their secret to be compared with a hash.',
    labels: [],
  },
  actions: {
    type: 'counter',
    name: 'actions_total',
    help: 'Actions by name (of the upstream or our own; else unknown) and decision.',
    labels: ['action', 'decision'],
  },
  userDenials: {
    type: 'counter',
    name: 'user_denied_actions_total',
    help: 'Refused actions of each configured user, by reason.',
    labels: ['user', 'reason'],
  },
  protocolErrors: {
    type: 'counter',
    name: 'protocol_errors_total',
    help: 'Messages of clients that were refused for their form, by kind.',
    labels: ['kind'],
  },
  forwardEnds: {
    type: 'counter',
    name: 'forwarded_actions_total',
    help: 'Actions for Asterisk, by how they ended.',
    labels: ['end'],
  },
  actionSeconds: {
    type: 'histogram',
    name: 'action_duration_seconds',
    help: 'Time from lending an upstream connection to the end of the answer.',
    labels: [],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  events: {
    type: 'counter',
    name: 'events_total',
    help: 'Events times sessions, by decision: sent, or withheld by class or filter.',
    labels: ['decision'],
  },
  securityEvents: {
    type: 'counter',
    name: 'security_events_total',
    help: 'Security events that the gateway raised, by name.',
    labels: ['event'],
  },
  securityLogLost: {
    type: 'counter',
    name: 'security_log_lost_lines_total',
    help: 'Lines that are missing in the security log: its disk was full, failed or too slow.',
    labels: [],
  },
} as const satisfies Record<string, MetricRow>;

interface MetricRow {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
}

type MetricOf<Row extends MetricRow> = Row['type'] extends 'counter'
  ? Counter<Row['labels'][number]>
  : Row['type'] extends 'gauge'
    ? Gauge<Row['labels'][number]>
    : Histogram<Row['labels'][number]>;

export type Metrics = { readonly [Key in keyof typeof NAMES]: MetricOf<(typeof NAMES)[Key]> };

export interface Telemetry {
  readonly metrics: Metrics;
  readonly registry: Registry;
}

/** The names, help and labels of all metrics, for the README's table. */
export const METRIC_ROWS: readonly MetricRow[] = Object.values(NAMES);

/** Makes all metrics with the prefix `ami_gateway_` in a registry of their own, beside prom-client's process metrics. */
export function makeMetrics(): Telemetry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const entries = Object.entries(NAMES).map(([key, row]) => [key, makeMetric(row, registry)]);
  // The table is the type: each entry was just made from its row.
  return { metrics: Object.fromEntries(entries) as Metrics, registry };
}

function makeMetric(row: MetricRow, registry: Registry): Counter | Gauge | Histogram {
  const settings = {
    name: `ami_gateway_${row.name}`,
    help: row.help,
    labelNames: [...row.labels],
    registers: [registry],
  };
  switch (row.type) {
    case 'counter':
      return new Counter(settings);
    case 'gauge':
      return new Gauge(settings);
    case 'histogram':
      return new Histogram({ ...settings, buckets: [...(row.buckets ?? [])] });
  }
}
