/** The status page: what the overview tells, as tables that a phone and a screen reader can read too. */
import type { Overview, UpstreamRow } from '../gateway/overview.js';
import { formatBytes, formatSpan } from '../lib/span.js';
import { type Html, html } from './html.js';
import { bansTable, refusalsTable, sessionsTable, usersTable } from './status-tables.js';

export function renderStatus(overview: Overview, nowMs: number): string {
  const { upstream, sessions, users, refusals, bans } = overview;
  const state = stateOf(upstream);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${state.title}: ami-gateway</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/status.css">
<script src="/status.js" defer></script>
<noscript><meta http-equiv="refresh" content="5"></noscript>
</head>
<body>
<header>
<h1>ami-gateway</h1>
<p id="state" role="status" data-live><span class="state ${state.kind}">${state.title}</span></p>
<p id="clock" data-live>${timeOfDay(nowMs)}</p>
</header>
<main>
<section id="figures" aria-label="Figures" data-live>${figures(overview)}</section>
${section('upstream', 'Asterisk', upstreamList(upstream, nowMs))}
${section('sessions', `Sessions (${sessions.length})`, sessionsTable(sessions, nowMs))}
${section('refusals', 'Recent refusals', refusalsTable(refusals, nowMs))}
${section('bans', `Bans and locks (${bans.length})`, bansTable(bans, nowMs))}
${section('users', `Users (${users.length})`, usersTable(users))}
</main>
</body>
</html>
`;
  return page.toString();
}

function section(id: string, title: string, content: Html): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title" data-live><h2 id="${id}-title">${title}</h2>${content}</section>`;
}

/** `kind` is a class of the style. */
function stateOf({ state, paused }: UpstreamRow): { readonly kind: 'good' | 'held' | 'bad'; readonly title: string } {
  if (paused) return { kind: 'held', title: state === 'up' ? 'Paused' : 'Paused, Asterisk is away' };
  return state === 'up' ? { kind: 'good', title: 'Connected' } : { kind: 'bad', title: 'Asterisk is away' };
}

function figures({ sessions, upstream, bans }: Overview): Html {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const queued = sum(sessions.map(({ queuedBytes }) => queuedBytes));
  const tiles = [
    ['Sessions', String(sessions.filter(({ user }) => user !== null).length)],
    ['Events delivered', sum(sessions.map(({ delivered }) => delivered)).toLocaleString('en')],
    ['Events filtered', sum(sessions.map(({ filtered }) => filtered)).toLocaleString('en')],
    ['Waiting for clients', formatBytes(queued)],
    ['Actions in flight', String(upstream.connectionsInUse + upstream.waitingActions)],
    ['Bans and locks', String(bans.length)],
  ] as const;
  return html`<dl>${tiles.map(([name, figure]) => html`<div><dt>${name}</dt><dd>${figure}</dd></div>`)}</dl>`;
}

function upstreamList(upstream: UpstreamRow, nowMs: number): Html {
  const since = formatSpan(nowMs - Date.parse(upstream.since));
  const { connections, connectionsInUse, connectionsMost, waitingActions, heldActions } = upstream;
  // Distributions append how they packaged it, at length.
  const version = upstream.version?.replace(/(?<=\d)[+~].*$/, '') ?? 'unknown version';
  const name = upstream.systemName === null ? '' : `, ${upstream.systemName}`;
  const rows = [
    ['State', `${upstream.state === 'up' ? 'up' : 'away'} for ${since}`],
    ['Address', `${upstream.host} port ${upstream.port}`],
    ['Version', `${version}${name}`],
    ['Banner', upstream.banner === '' ? 'none yet' : upstream.banner],
    ['Reconnects', String(upstream.reconnects)],
    ['Connections for actions', `${connectionsInUse} at work, ${connections} open, ${connectionsMost} at most`],
    [
      'Actions that wait',
      heldActions === 0 ? String(waitingActions) : `${waitingActions}, held by pause: ${heldActions}`,
    ],
    ...(upstream.lastFailure === null ? [] : [['Last failure', upstream.lastFailure]]),
  ];
  return html`<dl class="pairs">${rows.map(([term = '', text = '']) => html`<div><dt>${term}</dt><dd>${text}</dd></div>`)}</dl>`;
}

function timeOfDay(ms: number): Html {
  const iso = new Date(ms).toISOString();
  return html`<time datetime="${iso}">${iso.slice(11, 19)} UTC</time>`;
}
