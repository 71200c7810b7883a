/** What Asterisk told about its start, and the FullyBooted that a client gets at login because of it. */
import { encodeEvent } from '../ami/encoder.js';

/** The clock readings (milliseconds since the epoch) at which Asterisk started and last reloaded; `null` where its version does not say. */
export interface Booted {
  readonly startedAtMs: number | null;
  readonly reloadedAtMs: number | null;
}

/** Reads `Uptime` and `LastReload` of a FullyBooted, whichever order its version writes them in. */
export function decodeBooted(text: string, nowMs: number): Booted {
  return { startedAtMs: momentOf(text, 'Uptime', nowMs), reloadedAtMs: momentOf(text, 'LastReload', nowMs) };
}

/** FullyBooted as Asterisk answers a login with it: aged to `nowMs`; without the times where Asterisk (before 14) has none. */
export function encodeBooted(booted: Booted, nowMs: number): Buffer {
  const { startedAtMs, reloadedAtMs } = booted;
  const times =
    startedAtMs === null || reloadedAtMs === null
      ? []
      : [`Uptime: ${secondsSince(startedAtMs, nowMs)}`, `LastReload: ${secondsSince(reloadedAtMs, nowMs)}`];
  return encodeEvent('FullyBooted', ['Privilege: system,all', ...times, 'Status: Fully Booted']);
}

function momentOf(text: string, header: string, nowMs: number): number | null {
  const seconds = new RegExp(`\\r\\n${header}: (\\d{1,12})\\r\\n`).exec(text)?.[1];
  return seconds === undefined ? null : nowMs - Number(seconds) * 1000;
}

function secondsSince(momentMs: number, nowMs: number): number {
  return Math.max(0, Math.floor((nowMs - momentMs) / 1000));
}
