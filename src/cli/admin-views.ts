/** What the running gateway answers, as text for people. */

import type { z } from 'zod';
import { formatBytes, formatSpan } from '../lib/span.js';
import type { BANS, LIFTED, RELOADED, SESSIONS, UpstreamAnswer, USERS } from './admin-answers.js';
import { formatTable, printableCell } from './text-table.js';

export function viewSessions({ sessions }: z.output<typeof SESSIONS>, nowMs: number): string {
  if (sessions.length === 0) return 'nobody is connected\n';
  const columns = [
    left('session'),
    left('user'),
    left('address'),
    left('transport'),
    right('since'),
    right('delivered'),
    right('filtered'),
    right('queue'),
    left('action'),
  ];
  return formatTable(
    columns,
    sessions.map((one) => [
      one.id,
      one.user ?? '(not logged in)',
      one.address,
      one.transport,
      formatSpan(nowMs - Date.parse(one.since)),
      String(one.delivered),
      String(one.filtered),
      formatBytes(one.queuedBytes),
      one.action ?? '-',
    ]),
  );
}

export function viewUsers({ users }: z.output<typeof USERS>): string {
  if (users.length === 0) return 'no user is configured\n';
  const columns = [left('user'), right('sessions'), left('read'), left('write'), left('filters and limits')];
  return formatTable(
    columns,
    users.map(({ user, sessions, read, write, eventFilters, actionFilters, limits }) => [
      user,
      String(sessions),
      read.join(',') || '-',
      write.join(',') || '-',
      linesOf([
        ...eventFilters.map((one) => `event: ${one}`),
        ...actionFilters.map((one) => `action: ${one}`),
        ...limits,
      ]),
    ]),
  );
}

export function viewBans({ bans }: z.output<typeof BANS>, nowMs: number): string {
  if (bans.length === 0) return 'nobody is banned or locked\n';
  return formatTable(
    [left('what'), left('address'), left('user'), right('failures'), right('ends in')],
    bans.map(({ kind, address, user, failures, until }) => [
      BAN_WORDS[kind],
      address ?? 'any new one',
      user ?? '-',
      failures === null ? '-' : String(failures),
      formatSpan(Date.parse(until) - nowMs),
    ]),
  );
}

const BAN_WORDS = { address: 'banned', account: 'locked', slow: 'takes turns' } as const;

export function viewLifted({ lifted }: z.output<typeof LIFTED>): string {
  return lifted
    .map(({ kind, network = '', user = '' }) => {
      const what = {
        address: `the ban of ${network}`,
        account: `the lock of ${user} at ${network}`,
        slow: `the turns of ${user}`,
      };
      return `lifted ${printableCell(what[kind])}\n`;
    })
    .join('');
}

export function viewReloaded({ closedSessions, needsRestart, warnings }: z.output<typeof RELOADED>): string {
  const lines = [
    ...warnings,
    ...needsRestart.map((setting) => `${setting} is as before: it needs a restart`),
    `reloaded${closedSessions === 0 ? '' : `, ${closedSessions} session${closedSessions === 1 ? '' : 's'} closed`}`,
  ];
  return lines.map((line) => `${printableCell(line)}\n`).join('');
}

export function viewUpstream(upstream: UpstreamAnswer, nowMs: number): string {
  const { connections, connectionsInUse, connectionsMost, version, systemName } = upstream;
  const pairs = [
    ['state', `${upstream.state}${upstream.paused ? ', actions are paused' : ''}`],
    ['for', formatSpan(nowMs - Date.parse(upstream.since))],
    ['address', `${upstream.host} port ${upstream.port}`],
    ['version', `${version ?? 'unknown'}${systemName === null ? '' : `, ${systemName}`}`],
    ['banner', upstream.banner],
    ['reconnects', String(upstream.reconnects)],
    ['connections', `${connectionsInUse} at work, ${connections} open, ${connectionsMost} at most`],
    ['waiting', `${upstream.waitingActions} for a connection, ${upstream.heldActions} held by pause`],
    ...(upstream.lastFailure === null ? [] : [['last failure', upstream.lastFailure]]),
  ];
  return pairs.map(([name = '', value = '']) => `${`${name}:`.padEnd(14)}${printableCell(value)}\n`).join('');
}

function linesOf(texts: readonly string[]): string {
  return texts.length === 0 ? '-' : texts.map(printableCell).join('\n');
}

function left(title: string) {
  return { title, align: 'left' } as const;
}

function right(title: string) {
  return { title, align: 'right' } as const;
}
