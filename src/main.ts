#!/usr/bin/env node
/** The process: arguments, signals, exit codes. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { check } from './cli/check.js';
import { hash } from './cli/hash.js';
import { serve } from './cli/serve.js';

const HELP = `ami-gateway: a security gateway for the Asterisk Manager Interface

usage:
  ami-gateway serve [--config DIR]   run the gateway
  ami-gateway check [--config DIR]   report every problem of the configuration as file:line: message
  ami-gateway hash                   read a secret, print the secret_hash line for manager.conf
  ami-gateway --help | --version

  --config DIR   folder with manager.conf, gateway.conf and optionally acl.conf
                 (default: $AMI_GATEWAY_CONFIG, else ./config)

exit codes: 0 all is well, 1 the configuration or a port has a problem, 2 wrong usage
`;

/** What stands in the arguments is in the list of processes and in the history of the shell. */
const SECRET_IN_ARGUMENTS =
  'hash takes no argument: give the secret on standard input, and do not use the one you typed';

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
  const parsed = readArguments(args);
  if (parsed === null) return 2;
  if (parsed.help) return tell(HELP, 0);
  if (parsed.version) return tell(`${readVersion()}\n`, 0);
  const { command, dir } = parsed;
  switch (command) {
    case 'serve':
      return exitSoon(await serve({ dir, env: process.env, version: readVersion(), tell: complain }));
    case 'check':
      return check(dir, process.env, (line) => process.stdout.write(`${line}\n`));
    case 'hash':
      if (parsed.hasMore) return refuseArgument();
      return hash({
        input: process.stdin,
        ask: (text) => process.stderr.write(text),
        tell: (line) => process.stdout.write(line),
      });
    default:
      complain(command === undefined ? 'name a command' : `there is no command '${command}'`);
      complain(HELP);
      return 2;
  }
}

function readArguments(args: readonly string[]) {
  try {
    const options = { config: { type: 'string' }, help: { type: 'boolean' }, version: { type: 'boolean' } } as const;
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const dir = values.config ?? process.env.AMI_GATEWAY_CONFIG ?? './config';
    const [command, ...more] = positionals;
    return { command, hasMore: more.length > 0, dir, help: values.help === true, version: values.version === true };
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error));
    complain("see 'ami-gateway --help'");
    return null;
  }
}

function tell(text: string, code: number): number {
  process.stdout.write(text);
  return code;
}

function refuseArgument(): 2 {
  complain(SECRET_IN_ARGUMENTS);
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
