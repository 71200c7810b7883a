/** `ami-gateway hash`: makes the `secret_hash` line of a secret, which is read from a pipe or a terminal and never an argument. */
import { randomBytes } from 'node:crypto';
import type { ReadStream } from 'node:tty';
import { deriveHash } from '../gateway/derive-hash.js';
import { formatSecretHash, HASH_BYTES, SALT_BYTES, USUAL_COST } from '../policy/secret-hash.js';

export interface HashStreams {
  readonly input: NodeJS.ReadableStream & Partial<Pick<ReadStream, 'isTTY' | 'setRawMode'>>;
  /** Writes to the person: prompts and complaints. */
  readonly ask: (text: string) => void;
  /** Writes the line. */
  readonly tell: (line: string) => void;
}

/** The result is the exit code. */
export async function hash(streams: HashStreams): Promise<0 | 1> {
  const { ask, tell } = streams;
  const secret = streams.input.isTTY === true ? await readTwice(streams) : await readPiped(streams.input);
  const reason = faultOf(secret);
  if (secret === null || reason !== null) {
    ask(`${reason ?? 'interrupted'}\n`);
    return 1;
  }
  const salt = randomBytes(SALT_BYTES);
  const derived = await deriveHash(secret, { cost: USUAL_COST, salt, bytes: HASH_BYTES });
  tell(`secret_hash = ${formatSecretHash({ cost: USUAL_COST, salt, hash: derived })}\n`);
  return 0;
}

/** What no client could send, or nobody should: the first line end ends a header. */
function faultOf(secret: string | null): string | null {
  if (secret === '') return 'the secret is empty';
  if (secret !== null && /[\0\r\n]/.test(secret)) return 'the secret must be one line';
  // Asterisk's line holds 1,023 bytes, and a login is one header of it.
  if (secret !== null && secret.length > LONGEST_SECRET) return `the secret is longer than ${LONGEST_SECRET} bytes`;
  return secret !== null && secret.charCodeAt(0) < 33 ? 'the secret must not begin with a blank' : null;
}

const LONGEST_SECRET = 1000;

/** Without the line end behind it, as of a secret_file. */
async function readPiped(input: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of input) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks)
    .toString('latin1')
    .replace(/[\r\n]+$/, '');
}

/** A mistake that nobody can see would be hashed for good. */
async function readTwice(streams: HashStreams): Promise<string | null> {
  const first = await readUnseen(streams, 'Secret: ');
  if (first === null || first === '') return first;
  const second = await readUnseen(streams, 'Again: ');
  if (second === null || second === first) return second;
  streams.ask('The two are not the same.\n');
  return null;
}

/** One line of a terminal, without echo; `null` when it was interrupted. */
function readUnseen({ input, ask }: HashStreams, prompt: string): Promise<string | null> {
  ask(prompt);
  input.setRawMode?.(true);
  return new Promise((resolve) => {
    let typed = '';
    const finish = (secret: string | null) => {
      input.off('data', take);
      input.setRawMode?.(false);
      input.pause();
      ask('\n');
      resolve(secret);
    };
    const take = (chunk: Buffer | string) => {
      for (const key of Buffer.from(chunk).toString('latin1')) {
        if (key === '\r' || key === '\n') return finish(typed);
        if (key === INTERRUPT || key === END) return finish(null);
        typed = key === BACKSPACE || key === '\b' ? withoutLast(typed) : typed + key;
      }
    };
    input.on('data', take);
    input.resume();
  });
}

const INTERRUPT = '\x03';
const END = '\x04';
const BACKSPACE = '\x7f';

/** Of UTF-8, one character may be several bytes. */
function withoutLast(typed: string): string {
  return typed.replace(/(?:[\x00-\x7f]|[\xc0-\xff]?[\x80-\xbf]*)$/, '');
}
