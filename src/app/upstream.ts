/** The side of Asterisk: the event stream, the pool for actions, and what becomes of events before clients see them. */
import type { Socket } from 'node:net';
import type { Config } from '../config/load.js';
import { ActionHold } from '../gateway/action-hold.js';
import { ActionPool } from '../gateway/action-pool.js';
import { EventRewriter } from '../gateway/event-rewriter.js';
import { FanOut } from '../gateway/fan-out.js';
import { OwnTraffic } from '../gateway/own-traffic.js';
import { Relay } from '../gateway/relay.js';
import { openUpstream, type UpstreamEvents } from '../gateway/upstream-login.js';
import type { AppDeps } from './app-deps.js';

export interface Upstream {
  readonly relay: Relay;
  readonly pool: ActionPool;
  readonly hold: ActionHold;
  readonly fanOut: FanOut;
  stop(): void;
}

export function makeUpstream({ log, telemetry, nowMs, random }: AppDeps, config: Config): Upstream {
  const { metrics } = telemetry;
  const { upstream } = config.gateway;
  const stopping = new AbortController();
  const ownTraffic = new OwnTraffic(upstream.username);
  // Before the login: if that fails, Asterisk's event about it must not be passed on either.
  const dialled = (socket: Socket) => ownTraffic.opened(socket);
  const open = async (events: UpstreamEvents) => {
    const opened = await openUpstream(upstream, events, { signal: stopping.signal, dialled });
    const purpose = events === 'on' ? 'events' : 'actions';
    metrics.upstreamConnects.inc({ purpose, result: opened.ok ? 'success' : opened.failure.kind });
    return opened;
  };
  const fanOut = new FanOut(metrics);
  const pool = new ActionPool({ open: () => open('off'), log, metrics }, upstream);
  const rewriter = new EventRewriter({ nowMs }, config.general);
  const hold = new ActionHold(pool, upstream);
  const relay = new Relay({ open, pool: hold, rewriter, fanOut, ownTraffic, nowMs, random, log, metrics }, upstream);
  const stop = () => {
    relay.stop();
    stopping.abort();
  };
  return { relay, pool, hold, fanOut, stop };
}
