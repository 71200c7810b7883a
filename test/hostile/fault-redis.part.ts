/** Two gateways share a Redis that dies, comes back, and hangs: logins are decided all the same, and bans hold. */
import { hasRedis, RedisServer } from '../gateway/redis-server.js';
import { ScriptedAsterisk } from '../gateway/scripted-asterisk.js';
import { GatewayProcess } from './faults/gateway-process.js';
import { guess, LoginLoop } from './faults/login-loop.js';
import { GATEWAY_USERS } from './faults/rig.js';
import { until } from './faults/until.js';
import { declarePart, type Figure, type HostileContext } from './part.js';

/** In seconds. */
const REDIS_TIMEOUT = 0.5;
const ROUNDS = 5;
/** Redis is asked a few times for one login, and noted as gone at the first that is late; the rest is for a busy machine. */
const SLOWEST_MS = 1000 * REDIS_TIMEOUT + 1500;
const LOGINS_IN_A_PHASE = 60;
const SHOWN_FAULTS = 3;

declarePart({ name: 'fault-redis', run });

interface Stage {
  readonly gateways: readonly [GatewayProcess, GatewayProcess];
  readonly loop: LoginLoop;
  redis: RedisServer;
  /** The last byte of the address that guesses next. */
  guesser: number;
}

interface Phase {
  readonly what: string;
  slowestMs: number;
  bans: number;
  readonly faults: string[];
}

async function run(context: HostileContext): Promise<readonly Figure[]> {
  if (!hasRedis())
    return [{ what: 'two gateways and a Redis', figure: 'not tried', met: false, detail: 'no redis-server' }];
  const asterisk = new ScriptedAsterisk();
  await asterisk.start();
  const redis = await RedisServer.start();
  const gateways = [
    await startGateway(asterisk.port, redis.port),
    await startGateway(asterisk.port, redis.port),
  ] as const;
  const stage: Stage = { gateways, loop: new LoginLoop(gateways.map(({ port }) => port)), redis, guesser: 1 };
  try {
    return await disturb(stage, context);
  } finally {
    await stage.loop.stop();
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    await stage.redis.kill();
    await asterisk.stop();
  }
}

function startGateway(upstreamPort: number, redisPort: number): Promise<GatewayProcess> {
  const bans = '[bans]\nallow = 127.0.0.1\nmax_failures = 2\nban_time = 600\nmax_delay = 1\n';
  const state = `[state]\nredis = redis://127.0.0.1:${redisPort}/0\nredis_timeout = ${REDIS_TIMEOUT}\n`;
  return GatewayProcess.start({ upstreamPort, users: GATEWAY_USERS, gatewayConf: `${bans}${state}` });
}

async function disturb(stage: Stage, context: HostileContext): Promise<readonly Figure[]> {
  const phases = ['while Redis is there', 'while it is killed', 'while it hangs'].map(
    (what): Phase => ({ what, slowestMs: 0, bans: 0, faults: [] }),
  );
  const [together, killed, hanging] = phases;
  if (together === undefined || killed === undefined || hanging === undefined) return [];
  const rounds = Math.max(1, Math.round(ROUNDS * context.scale));
  for (let round = 0; round < rounds; round++) {
    await untilShared(stage, 1);
    await spend(stage, together, 'shared');
    await stage.redis.kill();
    await spend(stage, killed, 'alone');
    stage.redis = await RedisServer.start(stage.redis.port);
    await untilShared(stage, 1);
    stage.redis.pause();
    await spend(stage, hanging, 'alone');
    stage.redis.resume();
    context.say(`round ${round + 1} of ${rounds}, ${stage.loop.logins} logins`);
  }
  await untilShared(stage, 1);
  return [...phases.map(figureOf), loginsFigure(stage, rounds)];
}

/** Many logins, and guesses from an address that was not seen before. */
async function spend(stage: Stage, phase: Phase, counting: 'shared' | 'alone'): Promise<void> {
  stage.loop.takeSlowest();
  const { logins } = stage.loop;
  const address = `127.0.1.${stage.guesser}`;
  stage.guesser += 1;
  const [one, other] = stage.gateways;
  const met: string[] = [];
  for (const gateway of counting === 'shared' ? [one, other] : [one, one]) met.push(await guess(gateway.port, address));
  met.push(await guess(one.port, address), await guess(other.port, address));
  // Alone, the other gateway has heard nothing of it.
  const expected = ['refused', 'refused', 'banned', counting === 'shared' ? 'banned' : 'refused'];
  if (met.join() === expected.join()) phase.bans += 1;
  else phase.faults.push(`${address} met ${met.join()} and not ${expected.join()}`);
  await until('logins go on', () => stage.loop.logins >= logins + LOGINS_IN_A_PHASE, 60_000);
  phase.slowestMs = Math.max(phase.slowestMs, stage.loop.takeSlowest());
}

async function untilShared(stage: Stage, value: 0 | 1): Promise<void> {
  for (const gateway of stage.gateways) {
    await until('Redis is seen', async () => (await gateway.metric('shared_state_up')) === value, 20_000);
  }
}

function figureOf({ what, slowestMs, bans, faults }: Phase): Figure {
  return {
    what: `logins ${what}`,
    figure: `slowest ${slowestMs} ms; ${bans} guessers banned, ${faults.length} not as they should`,
    met: slowestMs <= SLOWEST_MS && faults.length === 0 && bans > 0,
    detail: faults.slice(0, SHOWN_FAULTS).join('; ') || `redis_timeout is ${REDIS_TIMEOUT} s`,
  };
}

function loginsFigure({ loop }: Stage, rounds: number): Figure {
  const detail = loop.faults.slice(0, SHOWN_FAULTS).join('; ');
  const figure = `${loop.logins} logins, ${loop.faults.length} not decided as they should`;
  return {
    what: `two gateways, one Redis, ${rounds} deaths and ${rounds} stops`,
    figure,
    met: loop.faults.length === 0,
    detail,
  };
}
