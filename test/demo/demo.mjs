// Shows the gateway at work before a real Asterisk: two accounts, one call, and what each of them sees of it.
//   npm run demo              tells the story and ends
//   npm run demo -- --keep    leaves everything running until Ctrl-C
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { findAsterisk } from '../asterisk/installation.mjs';
import { say } from './page.mjs';
import { keepRunning, tellStory } from './story.mjs';

/** @typedef {{ readonly code: number, readonly lines: readonly string[] }} Outcome */

/** What the shell expects of a program that Ctrl-C ended. */
const interruptedCode = 130;

const wantsToKeep = readKeep();
const stage = openStage();
// Whoever read this has seen enough, as `head` does.
process.stdout.once('error', () => process.exit(1));
const { code, lines } = await Promise.race([perform(), nextSignal()]);
for (const line of lines) process.stderr.write(`${line}\n`);
await stage.clear();
// An Asterisk that is still booting was never on the stage; it ends with this process.
process.exit(code);

function readKeep() {
  try {
    return parseArgs({ options: { keep: { type: 'boolean', default: false } } }).values.keep;
  } catch {
    process.stderr.write('usage: npm run demo [-- --keep]\n');
    process.exit(2);
  }
}

/** @returns {Promise<Outcome>} */
async function perform() {
  say('A real Asterisk, the gateway in front of it, two accounts and a call: what each may see and do.');
  try {
    const asterisk = await findAsterisk('22');
    if (asterisk.kind === 'unavailable') return { code: 1, lines: explainAbsence(asterisk.reason) };
    const scene = await tellStory(stage);
    if (wantsToKeep) await keepRunning(scene);
    return { code: 0, lines: [] };
  } catch (error) {
    return { code: 1, lines: ['', `The demo failed: ${error instanceof Error ? error.message : String(error)}`] };
  }
}

/** @param {string} reason */
function explainAbsence(reason) {
  return [
    'The demo needs a real Asterisk 22, and there is none:',
    `  ${reason}`,
    'Any of these will do, then start it again:',
    '  - run it as root on Debian, with its mirrors within reach: it installs debootstrap, and with it an',
    '    Asterisk 22 of its own into .asterisk/ of this folder',
    '  - install debootstrap and debian-archive-keyring, and run it as root on another Linux',
    '  - install Asterisk 22, so that `asterisk -V` says 22; the demo starts its own instance of it',
  ];
}

/** The temporary folder, and what has to be ended; the last that came goes first. */
function openStage() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ami-gateway-demo-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  /** @type {(() => Promise<void> | void)[]} */
  const endings = [];
  return {
    folder,
    /** @param {() => Promise<void> | void} end */
    willEnd: (end) => void endings.push(end),
    clear: async () => {
      for (const end of endings.reverse()) await end();
    },
  };
}

/** The first signal that asks for the end; the second one gets it at once. @returns {Promise<Outcome>} */
function nextSignal() {
  // Ctrl-C is how a demo that was asked to stay ends well.
  const code = wantsToKeep ? 0 : interruptedCode;
  return new Promise((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.on(name, () => {
        resolve({ code, lines: ['', `${name}: ending the gateway and Asterisk`] });
        process.once(name, () => process.exit(interruptedCode));
      });
    }
  });
}
