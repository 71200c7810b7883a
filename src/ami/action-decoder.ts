/**
 * Client bytes to actions, read exactly as Asterisk's get_input and do_message read them (ami-spec 1.2):
 * a line ends at LF, one CR before it goes, the first NUL cuts it, an empty line ends the message.
 *
 *     push(chunk) ──► [1,024-byte line] ──► [128 lines] ──► next(): one message, or null
 *
 * It is pulled, not pushed: what is not asked for stays as bytes, so a busy session bounds its client by TCP.
 */
import { type AmiAction, actionOf, decodeHeader, type Header } from './message.js';

/** What one message of a client turned out to be; the two refusals carry the ActionID that was read before them. */
export type DecodedInput =
  | { readonly kind: 'action'; readonly action: AmiAction }
  | { readonly kind: 'line-too-long'; readonly actionId: string }
  | { readonly kind: 'too-many-lines'; readonly actionId: string };

/** Asterisk's input buffer: a line with its terminator must fit. */
const LINE_BUFFER_BYTES = 1024;
/** Asterisk's AST_MAX_MANHEADERS: the 129th line and later are dropped and refuse the message at its end. */
const MAX_LINES = 128;
const LF = 10;
const CR = 13;

export class ActionDecoder {
  #chunks: Buffer[] = [];
  #offset = 0;
  #pendingBytes = 0;
  readonly #line = Buffer.alloc(LINE_BUFFER_BYTES);
  #lineLength = 0;
  /** The line continues one that overflowed the buffer; Asterisk would take its CR LF for an empty line, we do not. */
  #continues = false;
  #headers: Header[] = [];
  #lineTooLong = false;
  #tooManyLines = false;

  /** Takes bytes from the client; they are not looked at before `next`. */
  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#pendingBytes += chunk.length;
  }

  /** Bytes that were pushed and not yet decoded: the measure for stopping to read from the client. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** True while a message has begun and its empty line has not come. */
  get isInsideMessage(): boolean {
    return this.#lineLength > 0 || this.#headers.length > 0 || this.#lineTooLong;
  }

  /** The next complete message, or `null` when more bytes are needed. */
  next(): DecodedInput | null {
    for (let chunk = this.#chunks[0]; chunk !== undefined; chunk = this.#chunks[0]) {
      const lineEnd = this.#takeLine(chunk);
      if (this.#offset >= chunk.length) {
        this.#chunks.shift();
        this.#offset = 0;
      }
      if (!lineEnd) continue;
      const message = this.#endLine();
      if (message !== null) return message;
    }
    return null;
  }

  /** Copies up to and including the next LF into the line; true when the LF is there. */
  #takeLine(chunk: Buffer): boolean {
    const lf = chunk.indexOf(LF, this.#offset);
    const end = lf < 0 ? chunk.length : lf + 1;
    const take = Math.min(end - this.#offset, LINE_BUFFER_BYTES - this.#lineLength);
    chunk.copy(this.#line, this.#lineLength, this.#offset, this.#offset + take);
    this.#lineLength += take;
    this.#offset += take;
    this.#pendingBytes -= take;
    if (this.#line[this.#lineLength - 1] === LF) return true;
    if (this.#lineLength === LINE_BUFFER_BYTES) this.#overflow();
    return false;
  }

  /** Asterisk keeps only the last byte of a full buffer and reads on; the message is refused at its end. */
  #overflow(): void {
    this.#line[0] = this.#line[LINE_BUFFER_BYTES - 1] ?? 0;
    this.#lineLength = 1;
    this.#lineTooLong = true;
    this.#continues = true;
  }

  #endLine(): DecodedInput | null {
    let length = this.#lineLength - 1;
    if (length > 0 && this.#line[length - 1] === CR) length -= 1;
    if (this.#headers.length === MAX_LINES && length > 0 && this.#line[0] !== 0) return this.#dropLine();
    const nul = this.#line.subarray(0, length).indexOf(0);
    const text = this.#line.toString('latin1', 0, nul < 0 ? length : nul);
    const endsMessage = text === '' && !this.#continues;
    this.#lineLength = 0;
    this.#continues = false;
    if (endsMessage) return this.#endMessage();
    if (this.#headers.length < MAX_LINES) this.#headers.push(decodeHeader(text));
    else this.#tooManyLines = true;
    return null;
  }

  /** A line too many ends nothing and is not kept: whoever sends a hundred thousand of them must not cost their text. */
  #dropLine(): null {
    this.#tooManyLines = true;
    this.#lineLength = 0;
    this.#continues = false;
    return null;
  }

  #endMessage(): DecodedInput {
    const action = actionOf(this.#headers);
    const kind = this.#tooManyLines ? 'too-many-lines' : this.#lineTooLong ? 'line-too-long' : 'action';
    this.#headers = [];
    this.#tooManyLines = false;
    // Asterisk forgets a long line only when it answers it: behind too many lines it refuses the next message as well.
    if (kind !== 'too-many-lines') this.#lineTooLong = false;
    if (kind === 'action') return { kind, action };
    return { kind, actionId: action.actionId };
  }
}
