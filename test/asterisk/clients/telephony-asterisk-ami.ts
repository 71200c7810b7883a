/** Debian's Telephony::Asterisk::AMI for Perl, the real module in a process of its own. */
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { findProgram, tiedToThisProcess } from '../processes.mjs';
import { Journal } from './journal.js';
import type { Account, Conversation, RealClient } from './real-client.js';

export const telephonyAsteriskAmi: RealClient = { name: 'Telephony::Asterisk::AMI', obstacle, connect };

const SCRIPT = fileURLToPath(new URL('telephony-asterisk-ami.pl', import.meta.url));
const PACKAGE = 'libtelephony-asterisk-ami-perl';
/** Another test may be installing what it needs. */
const WAITING = ['-o', 'DPkg::Lock::Timeout=120'];
const Line = z.object({ callback: z.string(), delivered: z.unknown() });

function obstacle(): string | null {
  if (isInstalled()) return null;
  const wish = `install ${PACKAGE}`;
  if (process.getuid?.() !== 0 || findProgram('apt-get') === null) return `${wish}, or run as root on Debian`;
  const install = () => spawnSync('apt-get', [...WAITING, 'install', '-y', '--no-install-recommends', PACKAGE]);
  if (install().status !== 0) {
    spawnSync('apt-get', [...WAITING, 'update']);
    install();
  }
  return isInstalled() ? null : `${wish}: apt-get could not`;
}

function isInstalled(): boolean {
  return spawnSync('perl', ['-MTelephony::Asterisk::AMI', '-MJSON::PP', '-e', '1']).status === 0;
}

async function connect({ port, username, secret }: Account): Promise<Conversation> {
  const journal = new Journal();
  const [program = '', ...args] = tiedToThisProcess(['perl', SCRIPT], 'KILL');
  const perl = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  createInterface({ input: perl.stdout }).on('line', (line) => {
    const { callback, delivered } = Line.parse(JSON.parse(line));
    journal.record(callback, delivered);
  });
  perl.once('close', () => journal.record('gone', null));
  const ask = (wish: object) => perl.stdin.write(`${JSON.stringify(wish)}\n`);
  ask({ connect: { Host: '127.0.0.1', Port: port, Username: username, Secret: secret } });
  await journal.has('connect');
  return {
    told: journal.told,
    // It reads only when it is asked to, one message at a time.
    until: async (enough) => {
      while (!enough(journal.told)) {
        const before = journal.told.length;
        ask({ read: true });
        await journal.until((told) => told.length > before);
      }
    },
    act: async (headers) => {
      ask({ action: headers });
      await journal.has(`action ${headers.Action}`);
    },
    leave: async () => {
      ask({ disconnect: true });
      perl.stdin.end();
      await journal.has('gone');
    },
  };
}
