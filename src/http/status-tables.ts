/** The tables of the status page. Roles are spelt out: a phone shows rows as cards, and CSS would take the roles away. */
import type { BanRow, RefusalRow, SessionRow } from '../gateway/overview.js';
import type { UserRow } from '../gateway/user-row.js';
import { formatBytes, formatSpan } from '../lib/span.js';
import { type Html, html } from './html.js';

interface Column<Row> {
  readonly title: string;
  readonly kind: 'name' | 'text' | 'when' | 'number' | 'code' | 'wide';
  readonly cell: (row: Row) => Html | string;
}

/** In a cell without a value. */
const NOTHING = '–';

/** A page that is fetched every two seconds must stay small; the commands list everything. */
const MOST_ROWS = 200;

export function sessionsTable(rows: readonly SessionRow[], nowMs: number): Html {
  return table<SessionRow>(rows, 'Nobody is connected.', 'ami-gateway sessions', [
    { title: 'User', kind: 'name', cell: ({ user }) => user ?? html`<em>not logged in</em>` },
    { title: 'Address', kind: 'code', cell: ({ address }) => address },
    { title: 'Transport', kind: 'text', cell: ({ transport }) => transport },
    { title: 'Since', kind: 'number', cell: ({ since }) => spanSince(since, nowMs) },
    { title: 'Delivered', kind: 'number', cell: ({ delivered }) => delivered.toLocaleString('en') },
    { title: 'Filtered', kind: 'number', cell: ({ filtered }) => filtered.toLocaleString('en') },
    { title: 'Queue', kind: 'number', cell: ({ queuedBytes }) => formatBytes(queuedBytes) },
    { title: 'Action', kind: 'text', cell: ({ action }) => action ?? NOTHING },
    { title: 'Session', kind: 'code', cell: ({ id }) => id },
  ]);
}

export function refusalsTable(rows: readonly RefusalRow[], nowMs: number): Html {
  return table<RefusalRow>(rows.slice(0, MOST_REFUSALS), 'Nothing was refused.', '', [
    { title: 'Ago', kind: 'when', cell: ({ at }) => spanSince(at, nowMs) },
    { title: 'User', kind: 'name', cell: ({ user }) => user ?? NOTHING },
    { title: 'Address', kind: 'code', cell: ({ address }) => address },
    {
      title: 'Refused',
      kind: 'text',
      cell: ({ kind, what }) => (kind === 'connection' ? `connection, ${what}` : what),
    },
    { title: 'Reason', kind: 'text', cell: ({ reason }) => reason },
    { title: 'Times', kind: 'number', cell: ({ times }) => times.toLocaleString('en') },
    { title: 'Rule', kind: 'wide', cell: ({ rule }) => rule ?? NOTHING },
  ]);
}

const MOST_REFUSALS = 30;

export function bansTable(rows: readonly BanRow[], nowMs: number): Html {
  return table<BanRow>([...rows].reverse(), 'Nobody is banned or locked.', 'ami-gateway bans', [
    { title: 'What', kind: 'text', cell: ({ kind }) => BAN_WORDS[kind] },
    { title: 'Address', kind: 'code', cell: ({ address }) => address ?? 'any new one' },
    { title: 'User', kind: 'name', cell: ({ user }) => user ?? NOTHING },
    { title: 'Failures', kind: 'number', cell: ({ failures }) => (failures === null ? 'not here' : String(failures)) },
    { title: 'Ends in', kind: 'when', cell: ({ until }) => moment(until, Date.parse(until) - nowMs) },
  ]);
}

const BAN_WORDS = {
  address: 'address banned',
  account: 'account locked there',
  slow: 'takes turns',
} as const satisfies Record<BanRow['kind'], string>;

export function usersTable(rows: readonly UserRow[]): Html {
  return table<UserRow>(rows, 'No users.', 'ami-gateway users', [
    { title: 'User', kind: 'name', cell: ({ user }) => user },
    { title: 'Sessions', kind: 'number', cell: ({ sessions }) => String(sessions) },
    { title: 'May see', kind: 'wide', cell: ({ read, eventFilters }) => rights(read, eventFilters) },
    { title: 'May do', kind: 'wide', cell: ({ write, actionFilters }) => rights(write, actionFilters) },
    { title: 'Limits', kind: 'wide', cell: ({ limits }) => (limits.length === 0 ? NOTHING : codes(limits)) },
  ]);
}

function rights(classes: readonly string[], filters: readonly string[]): Html {
  const labels =
    classes.length === 0
      ? html`<em>nothing</em>`
      : html`${classes.map((one) => html`<span class="class">${one}</span> `)}`;
  return filters.length === 0 ? labels : html`${labels}${codes(filters)}`;
}

function codes(texts: readonly string[]): Html {
  return html`<ul>${texts.map((one) => html`<li><code>${one}</code></li>`)}</ul>`;
}

function spanSince(iso: string, nowMs: number): Html {
  return moment(iso, nowMs - Date.parse(iso));
}

function moment(iso: string, spanMs: number): Html {
  return html`<time datetime="${iso}" title="${iso}">${formatSpan(spanMs)}</time>`;
}

/** `command` lists what the page leaves out. */
function table<Row>(rows: readonly Row[], nothing: string, command: string, columns: readonly Column<Row>[]): Html {
  if (rows.length === 0) return html`<p class="none">${nothing}</p>`;
  const heads = columns.map(
    ({ title, kind }) => html`<th scope="col" role="columnheader" class="${kind}">${title}</th>`,
  );
  const body = rows
    .slice(0, MOST_ROWS)
    .map((row) => html`<tr role="row">${columns.map((column) => cell(column, row))}</tr>`);
  const more = rows.length - MOST_ROWS;
  const rest = more > 0 ? html`<p class="none">and ${more} more: <code>${command}</code> lists all</p>` : html``;
  return html`<table role="table"><thead role="rowgroup"><tr role="row">${heads}</tr></thead><tbody role="rowgroup">${body}</tbody></table>${rest}`;
}

/** What names the row is its header. A phone leaves out what says nothing. */
function cell<Row>({ title, kind, cell: content }: Column<Row>, row: Row): Html {
  const shown = content(row);
  const classes = `cell ${kind}${shown === NOTHING ? ' empty' : ''}`;
  const inner = html`<div>${shown}</div>`;
  if (kind !== 'name') return html`<td role="cell" class="${classes}" data-title="${title}">${inner}</td>`;
  return html`<th scope="row" role="rowheader" class="${classes}" data-title="${title}">${inner}</th>`;
}
