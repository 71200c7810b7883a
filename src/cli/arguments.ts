/** The command line, taken apart. */
import { parseArgs } from 'node:util';
import { fail, type Result, succeed } from '../lib/result.js';
import { COMMANDS, type CommandName, OPTIONS_OF } from './help.js';

const OPTIONS = {
  config: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
  strict: { type: 'boolean' },
  accept: { type: 'string', multiple: true },
  user: { type: 'string' },
  from: { type: 'string' },
  action: { type: 'string' },
  event: { type: 'string' },
  audit: { type: 'string' },
  json: { type: 'boolean' },
  out: { type: 'string' },
  force: { type: 'boolean' },
} as const;

export type CommandLine =
  | { readonly kind: 'version' }
  /** Of one command, or of all. */
  | { readonly kind: 'help'; readonly command: CommandName | null }
  | {
      readonly kind: 'command';
      readonly command: CommandName;
      readonly more: readonly string[];
      readonly given: Given;
    };

export type Given = ReturnType<typeof parse>['values'];

/** Fails with a sentence for the person who typed it. */
export function readArguments(args: readonly string[]): Result<CommandLine> {
  try {
    const { values, positionals } = parse(args);
    return commandLineOf(positionals, values);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
}

function commandLineOf(positionals: readonly string[], given: Given): Result<CommandLine> {
  const [name, ...more] = positionals;
  const command = COMMANDS.find((one) => one === name) ?? null;
  if (given.version === true) return succeed({ kind: 'version' });
  if (given.help === true && (command !== null || name === undefined)) return succeed({ kind: 'help', command });
  if (name === undefined) return fail('name a command');
  if (command === null) return fail(`there is no command '${name}'`);
  const known: readonly string[] = ['config', ...OPTIONS_OF[command]];
  const strange = Object.keys(given).find((option) => !known.includes(option));
  if (strange !== undefined) return fail(`${command} has no option --${strange}`);
  return succeed({ kind: 'command', command, more, given });
}
