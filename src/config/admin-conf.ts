/** `[admin]` of gateway.conf: where operators reach the running gateway, and how they prove themselves on a port. */

import type { Result } from '../lib/result.js';
import { GATEWAY_SCHEMA, type GatewayValues } from './gateway-schema.js';
import type { AdminSettings } from './gateway-settings.js';
import type { GatewayTexts } from './gateway-values.js';
import type { Problem } from './problem.js';
import { errorAt, type Place, warningAt, wholeFile } from './report.js';

export interface AdminSources {
  readonly file: string;
  readonly readSecretFile: (name: string) => Result<string>;
  readonly nameOf: (file: string) => string;
}

type AdminValues = GatewayValues['admin'];

/** What a path of a Unix socket can hold on every system that Node runs on. */
const LONGEST_PATH = 103;
/** Whoever is on the machine may try, as fast as they like. */
const SHORTEST_SECRET = 16;

/** With an error among the problems, the result is worth nothing. */
export function compileAdmin(
  values: AdminValues,
  texts: GatewayTexts,
  sources: AdminSources,
  problems: Problem[],
): AdminSettings {
  const place = (key: string): Place => texts.get(`admin.${key}`) ?? wholeFile(sources.file);
  const { socket, bindaddr, port, secret_file: secretFile } = values;
  // The image sets a socket in the environment: whoever writes a port means the port.
  const isImplied = texts.get('admin.socket')?.file.startsWith('AMI_GATEWAY_') === true;
  if (socket !== undefined && port !== undefined && !isImplied) {
    problems.push(errorAt(place('port'), 'socket and port are both set in [admin]', 'keep one of them'));
  }
  if (port === undefined) {
    for (const key of ['bindaddr', 'secret_file'] as const) {
      if (texts.has(`admin.${key}`)) problems.push(warningAt(place(key), `${key} has no effect without port`));
    }
    return socket === undefined ? { kind: 'off' } : socketAt(sources.nameOf(socket), place('socket'), problems);
  }
  if (secretFile === undefined) {
    const hint = 'openssl rand -hex 24 makes one; everybody on the machine can connect to a port';
    problems.push(errorAt(place('port'), 'port in [admin] needs secret_file', hint));
    return { kind: 'off' };
  }
  const secret = readAdminSecret(secretFile, place('secret_file'), sources, problems);
  return { kind: 'port', bindAddress: bindaddr, port, secret };
}

/** For who only looks for the running gateway: whatever else is wrong in the file does not matter. */
export function findAdmin(texts: GatewayTexts, sources: AdminSources): Result<AdminSettings, readonly Problem[]> {
  const own = [...texts].filter(([path]) => path.startsWith('admin.'));
  const parsed = GATEWAY_SCHEMA.shape.admin.safeParse(
    Object.fromEntries(own.map(([, placed]) => [placed.key, placed.text])),
  );
  const problems: Problem[] = [];
  for (const { path, message } of parsed.error?.issues ?? []) {
    const placed = texts.get(`admin.${String(path[0])}`);
    problems.push(errorAt(placed ?? wholeFile(sources.file), `${String(path[0])} in [admin] must be ${message}`));
  }
  const settings = parsed.success ? compileAdmin(parsed.data, texts, sources, problems) : null;
  const errors = problems.filter(({ severity }) => severity === 'error');
  return settings === null || errors.length > 0 ? { ok: false, failure: errors } : { ok: true, value: settings };
}

function socketAt(path: string, place: Place, problems: Problem[]): AdminSettings {
  if (path.length > LONGEST_PATH) {
    problems.push(errorAt(place, `socket ${path} is longer than ${LONGEST_PATH} bytes`, 'choose a shorter path'));
  }
  return { kind: 'socket', path };
}

function readAdminSecret(file: string, place: Place, sources: AdminSources, problems: Problem[]): string {
  const content = sources.readSecretFile(file);
  if (!content.ok) {
    problems.push(errorAt(place, `secret_file ${file} cannot be read: ${content.failure}`));
    return '';
  }
  const secret = content.value.trim();
  if (!/^[\x21-\x7e]+$/.test(secret) || secret.length < SHORTEST_SECRET) {
    const what = `must be one word of at least ${SHORTEST_SECRET} printable ASCII bytes`;
    problems.push(errorAt(place, `the secret in ${file} ${what}`, 'openssl rand -hex 24 makes one'));
  }
  return secret;
}
