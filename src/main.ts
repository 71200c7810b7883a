#!/usr/bin/env node
/** The process: arguments, signals, exit codes. */
import { readFileSync } from 'node:fs';
import { adminCommandIn, administer } from './cli/administer.js';
import { type CommandLine, type Given, readArguments } from './cli/arguments.js';
import { type CheckCommand, check } from './cli/check.js';
import { explain } from './cli/explain.js';
import { hash } from './cli/hash.js';
import { COMMAND_HELP, GENERAL_HELP } from './cli/help.js';
import { importAsterisk } from './cli/import.js';
import { learn } from './cli/learn.js';
import { linesOfFile } from './cli/lines-of-file.js';
import { readInput } from './cli/read-input.js';
import { serve } from './cli/serve.js';
import { unreachable } from './lib/unreachable.js';

/** What stands in the arguments is in the list of processes and in the history of the shell. */
const SECRET_IN_ARGUMENTS =
  'hash takes no argument: give the secret on standard input, and do not use the one you typed';

const IMPORT_TAKES = 'import takes one folder: that of an Asterisk, such as /etc/asterisk';

/** Last resort: an error that nobody expected is told, and the process ends; half alive it would be a hole. */
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`${JSON.stringify({ level: 'fatal', msg: 'unexpected error, ending', detail })}\n`);
    process.exit(70);
  });
}

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const admin = adminCommandIn(args);
  if (admin !== null) return askRunningGateway(admin, args);
  const line = readArguments(args);
  if (!line.ok) {
    complain(line.failure);
    complain("see 'ami-gateway --help'");
    return 2;
  }
  switch (line.value.kind) {
    case 'version':
      return tell(`${readVersion()}\n`, 0);
    case 'help':
      return tell(line.value.command === null ? GENERAL_HELP : COMMAND_HELP[line.value.command], 0);
    case 'command':
      return run(line.value);
    default:
      return unreachable(line.value);
  }
}

async function run({ command, more, given }: CommandLine & { readonly kind: 'command' }): Promise<number> {
  const dir = given.config ?? process.env.AMI_GATEWAY_CONFIG ?? './config';
  const ports = { tell: (text: string) => process.stdout.write(`${text}\n`), complain };
  if (command === 'hash' && more.length > 0) return refuse(SECRET_IN_ARGUMENTS);
  if (command !== 'import' && more.length > 0) return refuse(`${command} takes no argument '${more[0]}'`);
  switch (command) {
    case 'serve':
      return exitSoon(await serve({ dir, env: process.env, version: readVersion(), tell: complain }));
    case 'check':
      return check(readCheck(dir, given), ports);
    case 'explain': {
      const { user = null, from = null, action = null, event = null, json: asJson = false } = given;
      const question = { dir, environment: process.env, user, from, action, event, asJson };
      return explain(question, { ...ports, readText: readInput });
    }
    case 'learn': {
      const { user = null, audit = null, json: asJson = false } = given;
      const question = { dir, environment: process.env, user, audit, asJson };
      return learn(question, { ...ports, linesOf: linesOfFile });
    }
    case 'import': {
      const [from, ...others] = more;
      if (from === undefined || others.length > 0) return refuse(IMPORT_TAKES);
      return importAsterisk({ from, out: given.out ?? './config', force: given.force === true }, ports);
    }
    case 'hash':
      return hash({
        input: process.stdin,
        ask: (text) => process.stderr.write(text),
        tell: (text) => process.stdout.write(text),
      });
    default:
      return unreachable(command);
  }
}

function askRunningGateway(command: string, args: readonly string[]): Promise<number> {
  // Whoever read this has seen enough, as `head` does.
  process.stdout.once('error', () => process.exit(1));
  const write = (text: string) => process.stdout.write(text);
  return administer(command, args, { environment: process.env, nowMs: Date.now, tell: write, complain });
}

function readCheck(dir: string, { strict = false, accept = [] }: Given): CheckCommand {
  const accepted = accept.flatMap((names) => names.split(','));
  return { dir, environment: process.env, isStrict: strict, accepted };
}

function tell(text: string, code: number): number {
  process.stdout.write(text);
  return code;
}

function refuse(reason: string): 2 {
  complain(reason);
  return 2;
}

function complain(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** After `serve` nothing is left to wait for; what a library keeps open must not keep the process alive. */
function exitSoon(code: number): number {
  setTimeout(() => process.exit(code), 500).unref();
  return code;
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const hasVersion = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return hasVersion ? String(manifest.version) : 'unknown';
}
