/** A gate's change, step by step, with entrances that only tell what is done to them. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Gate } from '../../../src/app/gate.js';
import type { Place } from '../../../src/app/places.js';
import { loadConfig } from '../../../src/config/load.js';
import { fail, succeed } from '../../../src/lib/result.js';
import type { Entrance } from '../../../src/net/entrance.js';

const config = loadConfig('config', { AMI_GATEWAY_UPSTREAM_SECRET: 's' }).config;

let wanted: Place | null;
let done: string[];
let occupied: ReadonlySet<number>;
let gate: Gate<Place>;
beforeEach(async () => {
  done = [];
  occupied = new Set();
  wanted = { bindAddress: '127.0.0.1', port: 1 };
  gate = new Gate({ settingsOf: () => wanted, make: entranceAt });
  await gate.start(required());
  done = [];
});

function entranceAt({ port }: Place): Entrance<Place> {
  return {
    port,
    start: async () => {
      if (occupied.has(port)) return fail(`${port} is in use`);
      done.push(`open ${port}`);
      return succeed(undefined);
    },
    prepare: () => succeed(() => done.push(`adjust ${port}`)),
    stop: async () => void done.push(`close ${port}`),
    abort: () => undefined,
  };
}

function required() {
  if (config === null) throw new Error('the example configuration is not valid');
  return config;
}

function planFor(place: Place | null) {
  wanted = place;
  return gate.plan(required());
}

describe('a gate', () => {
  it('that stays is adjusted by the commit and not before', async () => {
    const change = planFor({ bindAddress: '127.0.0.1', port: 1 });

    expect(change.prepare().ok).toBe(true);
    await change.open();
    expect(done).toEqual([]);
    await change.commit();

    expect(done).toEqual(['adjust 1']);
  });

  it('that moves opens first and closes by the commit', async () => {
    const change = planFor({ bindAddress: '127.0.0.1', port: 2 });
    await change.open();
    expect(done).toEqual(['open 2']);

    await change.commit();

    expect(done).toEqual(['open 2', 'close 1']);
    expect(gate.port).toBe(2);
  });

  it('whose move is given up stays open where it was', async () => {
    const change = planFor({ bindAddress: '127.0.0.1', port: 2 });
    await change.open();

    change.withdraw();
    await change.restore();

    expect(done).toEqual(['open 2', 'close 2']);
    expect(gate.port).toBe(1);
  });

  it('that gave way is opened again', async () => {
    const change = planFor({ bindAddress: '0.0.0.0', port: 1 });
    change.free();
    await change.open();

    change.withdraw();
    expect((await change.restore()).ok).toBe(true);

    expect(done).toEqual(['close 1', 'open 1', 'close 1', 'open 1']);
    expect(gate.port).toBe(1);
  });

  it('that gave way and cannot be opened again says so, and is closed', async () => {
    const change = planFor(null);
    change.free();
    occupied = new Set([1]);

    change.withdraw();

    expect(await change.restore()).toEqual(fail('1 is in use'));
    expect(gate.port).toBeNull();
  });

  it('that is not wanted any more closes by the commit', async () => {
    const change = planFor(null);
    await change.open();

    await change.commit();

    expect(done).toEqual(['close 1']);
    expect(gate.port).toBeNull();
  });
});
