/** The lines of a file of any size, one at a time; `-` is standard input. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

export async function* linesOfFile(file: string): AsyncGenerator<string> {
  const input = file === '-' ? process.stdin : createReadStream(file);
  // An input that cannot be read ends the lines of readline without a word; its error is for who reads them.
  const failed = new Promise<never>((_resolve, reject) => input.once('error', reject));
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]();
  for (;;) {
    const next = await Promise.race([lines.next(), failed]);
    if (next.done === true) return;
    yield next.value;
  }
}
