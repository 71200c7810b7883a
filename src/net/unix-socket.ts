/** A Unix socket that belongs to its owner alone, and takes the place of one that a dead process left behind. */
import { lstatSync, unlinkSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { fail, type Result, succeed } from '../lib/result.js';

/** Everybody but the owner is kept out from the first moment on: a chmod afterwards would leave a gap. */
const OWNER_ONLY = 0o177;

export async function listenOnUnixSocket(server: Server, path: string): Promise<Result<void>> {
  const cleared = await clearLeftover(path);
  if (!cleared.ok) return cleared;
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException) => resolve(fail(explain(error)));
    server.once('error', failed);
    server.once('listening', () => {
      server.off('error', failed);
      resolve(succeed(undefined));
    });
    // The path is bound before `listen` returns, so nothing else of the process is made with this mask.
    const before = process.umask(OWNER_ONLY);
    server.listen({ path });
    process.umask(before);
  });
}

/** Only a socket that nobody answers is removed. */
async function clearLeftover(path: string): Promise<Result<void>> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return succeed(undefined);
  if (!found.isSocket()) return fail('there is a file of that name, which is no socket');
  if (await isAnswered(path)) return fail('another process listens there');
  try {
    unlinkSync(path);
    return succeed(undefined);
  } catch (error) {
    return fail(`what is left of it cannot be removed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    // A socket that may not be asked belongs to somebody.
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED'));
  });
}

const EXPLANATIONS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'its folder does not exist'],
  ['EACCES', 'its folder may not be written to by this user'],
  ['EROFS', 'its folder is read-only: in a container, mount a tmpfs there'],
  ['EADDRINUSE', 'another process listens there'],
]);

function explain({ code, message }: NodeJS.ErrnoException): string {
  return EXPLANATIONS.get(code ?? '') ?? message;
}
