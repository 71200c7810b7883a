import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ConfigWatch } from '../../../src/app/config-watch.js';
import { NO_FILE, stampOf } from '../../../src/config/file-stamp.js';
import { loadConfig } from '../../../src/config/load.js';

const ENVIRONMENT = { AMI_GATEWAY_UPSTREAM_SECRET: 's', AMI_GATEWAY_UPSTREAM_USERNAME: 'u' };

let dir: string;
let changed: ReturnType<typeof vi.fn<(files: readonly string[]) => void>>;
let watch: ConfigWatch;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'ami-gateway-watch-'));
  write('manager.conf', '[general]\nenabled = yes\n#tryinclude "users.d/*.conf"\n[ann]\nsecret_file = ann.secret\n');
  write('gateway.conf', '');
  write('ann.secret', 's');
  changed = vi.fn();
  watch = new ConfigWatch(changed, 5);
});
afterEach(() => {
  watch.stop();
  rmSync(dir, { recursive: true });
});

function write(name: string, text: string): void {
  writeFileSync(path.join(dir, name), text);
}

it.each([
  ['a file', 'manager.conf', () => write('manager.conf', '[general]\nenabled = yes\n')],
  ['a secret', 'ann.secret', () => write('ann.secret', 't')],
  ['a file that was missing', 'acl.conf', () => write('acl.conf', '')],
  ['a file that is gone', 'gateway.conf', () => rmSync(path.join(dir, 'gateway.conf'))],
])('notices a change of %s, once', async (_name, file, change) => {
  watch.follow(loadConfig(dir, ENVIRONMENT).stamps);

  change();

  await expect.poll(() => changed.mock.calls).toEqual([[[path.join(dir, file)]]]);
});

it('notices a file that a wildcard would find now', async () => {
  mkdirSync(path.join(dir, 'users.d'));
  write('users.d/ann.conf', '[bob]\nsecret = s\n');
  watch.follow(loadConfig(dir, ENVIRONMENT).stamps);

  write('users.d/bob.conf', '');

  await expect.poll(() => changed.mock.calls).toEqual([[[path.join(dir, 'users.d')]]]);
});

it('notices what changed between the reading and the first look', async () => {
  const { stamps } = loadConfig(dir, ENVIRONMENT);
  write('gateway.conf', '; later');

  watch.follow(stamps);

  await expect.poll(() => changed.mock.calls.length).toBe(1);
});

it('waits while a file goes on changing', async () => {
  const file = path.join(dir, 'gateway.conf');
  watch.follow(new Map([[file, NO_FILE]]));
  // Every look finds it larger than the last one, until it rests.
  const growing = setInterval(() => writeFileSync(file, 'x', { flag: 'a' }), 1);
  await expect.poll(() => statSync(file).size).toBeGreaterThan(20);
  expect(changed).not.toHaveBeenCalled();

  clearInterval(growing);

  await expect.poll(() => changed.mock.calls.length).toBe(1);
});

it('looks no more once it is stopped', async () => {
  const other = vi.fn();
  const stamps = new Map([[path.join(dir, 'gateway.conf'), NO_FILE]]);
  watch.follow(stamps);
  watch.stop();
  const second = new ConfigWatch(other, 5);

  second.follow(stamps);

  await expect.poll(() => other.mock.calls.length).toBe(1);
  expect(changed).not.toHaveBeenCalled();
});

it('gives files that are not the same different stamps', () => {
  const one = statSync(path.join(dir, 'ann.secret'), { bigint: true });

  expect(stampOf({ ...one, size: 2n })).not.toBe(stampOf(one));
  expect(stampOf({ ...one, ino: one.ino + 1n })).not.toBe(stampOf(one));
});
