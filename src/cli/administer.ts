/** `ami-gateway sessions`, `kick`, `pause` and their like: finds the running gateway, asks it, shows the answer. */
import { parseArgs } from 'node:util';
import { loadAdminSettings } from '../config/load.js';
import { formatProblem } from '../config/problem.js';
import { fail, type Result, succeed } from '../lib/result.js';
import { REFUSED } from './admin-answers.js';
import { type AdminDoor, askGateway } from './admin-client.js';
import { ADMIN_COMMANDS, type AdminCommand, type CommandArguments } from './admin-commands.js';

export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly nowMs: () => number;
  /** What was asked for. */
  readonly tell: (text: string) => void;
  /** What went wrong, a line. */
  readonly complain: (line: string) => void;
}

interface Invocation extends CommandArguments {
  readonly dir: string;
  /** Where the gateway is, whatever the configuration says; `null` to look it up. */
  readonly socket: string | null;
  readonly isJson: boolean;
  readonly wantsHelp: boolean;
}

/** One line for each command, for the help of all. */
export const ADMIN_HELP = [...ADMIN_COMMANDS]
  .map(([name, { summary }]) => `  ami-gateway ${name.padEnd(10)}${summary}\n`)
  .join('');

/** The name of the command for a running gateway that these arguments ask for; `null` where they ask for something else. */
export function adminCommandIn(args: readonly string[]): string | null {
  const { positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true, strict: false });
  const [name] = positionals;
  return name !== undefined && ADMIN_COMMANDS.has(name) ? name : null;
}

/** The result is the exit code: 1 where the gateway cannot be asked, refuses, or has nothing to act on; 2 for wrong usage. */
export async function administer(name: string, args: readonly string[], around: Surroundings): Promise<0 | 1 | 2> {
  const command = ADMIN_COMMANDS.get(name);
  const read =
    command === undefined ? fail(`there is no command '${name}'`) : readInvocation(name, command, args, around);
  if (command === undefined || !read.ok) return misuse(read.ok ? '' : read.failure, name, around);
  const invocation = read.value;
  if (invocation.wantsHelp) {
    around.tell(helpOf(name, command));
    return 0;
  }
  const question = command.ask(invocation);
  if (!question.ok) return misuse(question.failure, name, around);
  const door = findDoor(invocation, around);
  const answer = door.ok ? await askGateway(door.value, question.value) : door;
  if (!answer.ok) return refuse(answer.failure, around);
  const { status, body } = answer.value;
  if (status !== 200) return refuse(REFUSED.safeParse(body).data?.error ?? `the gateway answers ${status}`, around);
  const shown = command.show(body, around.nowMs());
  if (shown === null) return refuse('the gateway that runs is another version: its answer is not understood', around);
  if (invocation.isJson) around.tell(`${JSON.stringify(body, null, 2)}\n`);
  else around.tell(shown.text);
  return shown.isDone ? 0 : 1;
}

const OPTIONS = {
  config: { type: 'string' },
  socket: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  user: { type: 'string' },
  address: { type: 'string' },
  timeout: { type: 'string' },
} as const;

function readInvocation(
  name: string,
  command: AdminCommand,
  args: readonly string[],
  { environment }: Surroundings,
): Result<Invocation> {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    const unused = (['user', 'address', 'timeout'] as const).find(
      (option) => values[option] !== undefined && !command.options.includes(option),
    );
    if (unused !== undefined) return fail(`${name} takes no --${unused}`);
    return succeed({
      positionals: positionals.slice(1),
      user: values.user ?? null,
      address: values.address ?? null,
      timeout: values.timeout ?? null,
      dir: values.config ?? environment.AMI_GATEWAY_CONFIG ?? './config',
      socket: values.socket ?? null,
      isJson: values.json === true,
      wantsHelp: values.help === true,
    });
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

function findDoor({ socket, dir }: Invocation, { environment }: Surroundings): Result<AdminDoor> {
  if (socket !== null) return succeed({ kind: 'socket', path: Buffer.from(socket, 'utf8').toString('latin1') });
  const found = loadAdminSettings(dir, environment);
  if (!found.ok) return fail(found.failure.map(formatProblem).join('\n'));
  if (found.value.kind !== 'off') return succeed(found.value);
  return fail(
    `gateway.conf in ${dir} opens no admin socket: write socket = /run/ami-gateway/admin.sock into [admin] and restart the gateway, or name its configuration with --config or the socket with --socket`,
  );
}

function helpOf(name: string, { usage, summary, options }: AdminCommand): string {
  const more = options.includes('timeout')
    ? '  --timeout SECONDS  how long to wait for what is in flight (default: 30)\n'
    : '';
  return `usage: ami-gateway ${name}${usage === '' ? '' : ` ${usage}`} [--config DIR | --socket PATH] [--json]

${summary}

${more}  --config DIR       the configuration of the gateway that runs (default: $AMI_GATEWAY_CONFIG, else ./config)
  --socket PATH      its admin socket, where the configuration cannot be read
  --json             the answer as JSON

exit codes: 0 done, 1 the gateway cannot be asked, refuses, or has nothing to act on, 2 wrong usage
`;
}

function misuse(reason: string, name: string, { complain }: Surroundings): 2 {
  complain(reason);
  complain(`see 'ami-gateway ${name} --help'`);
  return 2;
}

function refuse(reason: string, { complain }: Surroundings): 1 {
  complain(reason);
  return 1;
}
