import { describe, expect, it } from 'vitest';
import { deriveHash } from '../../../src/gateway/derive-hash.js';
import { SecretWeigher, type WeighOutcome } from '../../../src/gateway/secret-weigher.js';
import { makeMetrics } from '../../../src/telemetry/metrics.js';

/** So little work that hundreds are done in a moment. */
const COST = { n: 2, r: 1, p: 1 };
const salt = Buffer.alloc(16, 1);
const hash = await deriveHash('right', { cost: COST, salt, bytes: 32 });
const RUNNING = 2;
const WAITING = 256;

function weigh(weigher: SecretWeigher, secret: string, isWanted = () => true): Promise<WeighOutcome> {
  return new Promise((settled) => {
    weigher.weigh({ secret, hash: { cost: COST, salt, hash } }, { isWanted, settled });
  });
}

describe('the weigher of secrets', () => {
  it('tells the right one from others', async () => {
    const weigher = new SecretWeigher(makeMetrics().metrics);

    expect(await weigh(weigher, 'right')).toBe('equal');
    expect(await weigh(weigher, 'wrong')).toBe('different');
  });

  it('is busy for who comes when its queue is full, at once, and weighs all who came before', async () => {
    const weigher = new SecretWeigher(makeMetrics().metrics);
    const outcomes: WeighOutcome[] = [];
    const early = Array.from({ length: RUNNING + WAITING }, () => weigh(weigher, 'right'));

    const late = weigh(weigher, 'right').then((outcome) => outcomes.push(outcome));
    const others = early.map((one) => one.then((outcome) => outcomes.push(outcome)));
    await Promise.all([late, ...others]);

    expect(outcomes[0]).toBe('busy');
    expect(outcomes.slice(1)).toEqual(early.map(() => 'equal'));
    expect(await weigh(weigher, 'right')).toBe('equal');
  });

  it('gives the places of clients that have gone to those who come', async () => {
    const weigher = new SecretWeigher(makeMetrics().metrics);
    let isThere = true;
    for (let count = 0; count < RUNNING + WAITING; count++) void weigh(weigher, 'right', () => isThere);
    isThere = false;

    expect(await weigh(weigher, 'right')).toBe('equal');
  });
});
