/** What `npm run package` packs: everything that runs, and nothing else; installed where no registry is. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const Packed = z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) });
const Lock = z.object({ packages: z.record(z.string(), z.object({ dev: z.boolean().optional() })) });
const Manifest = z.object({ version: z.string(), dependencies: z.record(z.string(), z.string()) });
const manifest = Manifest.parse(JSON.parse(readFileSync(`${root}package.json`, 'utf8')));

let folder: string;
let tarball: string;
let files: readonly string[];

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'ami-gateway-package-'));
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
    maxBuffer: 64 * 1024 * 1024,
  });
  const [packed] = z.array(Packed).parse(JSON.parse(stdout));
  tarball = path.join(folder, packed?.filename ?? '');
  files = packed?.files.map((file) => file.path) ?? [];
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the package', () => {
  it('has the program, its documents and examples, and no other file of the repository', () => {
    const others = files.filter((name) => !/^(dist|node_modules)\//.test(name));

    expect([...others].sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'config/acl.conf',
      'config/gateway.conf',
      'config/http.conf',
      'config/manager.conf',
      'deploy/systemd/ami-gateway.service',
      'package.json',
    ]);
    expect(files).toContain('dist/main.js');
    expect(files.filter((name) => name.startsWith('dist/') && !name.endsWith('.js'))).toEqual([]);
  });

  it('has every dependency that runs, and none that only developers need', () => {
    const { packages } = Lock.parse(JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')));
    const isPacked = (name: string) => files.includes(`${name}/package.json`);
    const development = Object.keys(packages).filter((name) => packages[name]?.dev === true);

    expect(Object.keys(manifest.dependencies).filter((name) => !isPacked(`node_modules/${name}`))).toEqual([]);
    expect(development.length).toBeGreaterThan(20);
    expect(development.filter(isPacked)).toEqual([]);
  });

  it('is installed without a registry, and runs', async () => {
    const place = mkdtempSync(path.join(folder, 'place-'));
    // A cache of its own, which is empty: what is not in the package is not there.
    await run('npm', ['install', '--offline', '--cache', path.join(place, 'cache'), '--prefix', place, tarball]);
    const program = path.join(place, 'node_modules/.bin/ami-gateway');
    const configuration = path.join(place, 'node_modules/ami-gateway/config');

    const version = await run(program, ['--version']);
    const check = await run(program, ['check', '--config', configuration], {
      env: { ...process.env, AMI_GATEWAY_UPSTREAM_SECRET: 'a-secret-for-this-test' },
    });

    expect(version.stdout).toBe(`${manifest.version}\n`);
    expect(check.stdout).toContain('configuration is valid');
  }, 120_000);
});
