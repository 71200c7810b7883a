// `npm run package`: ami-gateway-VERSION.tgz, with what runs and nothing else. The dependencies are inside, in the locked
// versions, so that it is installed without a registry.
import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** @param {readonly string[]} args */
function npm(args) {
  const { status } = spawnSync('npm', args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

// What a removed source was compiled to must not be shipped.
rmSync(`${root}dist`, { recursive: true, force: true });
npm(['run', '--silent', 'build']);
// The package can be unpacked and run without npm, too.
chmodSync(`${root}dist/main.js`, 0o755);
npm(['pack', '--loglevel=error', '--ignore-scripts']);
