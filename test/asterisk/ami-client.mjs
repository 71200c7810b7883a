// A raw AMI client for tests: text is latin-1, one character per byte, and nothing is interpreted that need not be.
import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { Inbox } from './inbox.mjs';

const defaultTimeoutMs = 10_000;
const blockEnd = '\r\n\r\n';

/**
 * @import { Span } from './inbox.mjs'
 * @typedef {Readonly<Record<string, string>> | readonly (readonly [string, string])[]} Headers
 *   As pairs where a header repeats.
 * @typedef {string | RegExp | ((unread: string) => boolean | number)} Wanted
 *   A text, a pattern, or a predicate over all that is unread: true takes everything, a number that many bytes.
 * @typedef {{
 *   readonly host?: string, readonly port: number, readonly localAddress?: string, readonly timeoutMs?: number,
 *   readonly tls?: import('node:tls').ConnectionOptions | null
 * }} AmiAddress  With `tls`, any certificate will do unless its options say otherwise.
 */

/**
 * Connects and reads the banner; the banner is empty when the server closes without one, as Asterisk does over its
 * authlimit.
 * @param {AmiAddress} address
 */
export async function connectAmi(address) {
  const { timeoutMs = defaultTimeoutMs } = address;
  const socket = address.tls ? connectTls(address, address.tls) : net.connect(targetOf(address));
  const client = new AmiClient(socket);
  try {
    const connected = address.tls ? 'secureConnect' : 'connect';
    await once(socket, connected, { signal: AbortSignal.timeout(timeoutMs) });
    await client.readBanner(timeoutMs);
    return client;
  } catch (cause) {
    client.close();
    throw new Error(`no AMI at port ${address.port}`, { cause });
  }
}

/** One connection. Reading takes from what is unread; `received` keeps everything. */
export class AmiClient {
  banner = '';
  #inbox = new Inbox();
  #nextId = 1;
  #socket;

  /** @param {net.Socket} socket */
  constructor(socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#inbox.receive(chunk));
    socket.on('error', (error) => this.#inbox.end(error.message));
    socket.on('end', () => this.#inbox.end(''));
    socket.on('close', () => this.#inbox.end(''));
  }

  get received() {
    return this.#inbox.received;
  }

  get unread() {
    return this.#inbox.unread;
  }

  /** How the connection ended, empty for an orderly end; null while it has not. */
  get ended() {
    return this.#inbox.ended;
  }

  get localPort() {
    return this.#socket.localPort ?? 0;
  }

  /** @param {string | Uint8Array} bytes */
  send(bytes) {
    this.#socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  /** Reads up to and including the first match. @param {Wanted} wanted @param {number} [timeoutMs] */
  readUntil(wanted, timeoutMs = defaultTimeoutMs) {
    return this.#inbox.read((unread) => spanUpTo(unread, wanted), timeoutMs, String(wanted));
  }

  /** Reads one message with its closing empty line. @param {number} [timeoutMs] */
  readBlock(timeoutMs = defaultTimeoutMs) {
    return this.readUntil(blockEnd, timeoutMs);
  }

  /** Reads all that comes until the other side closes. @param {number} [timeoutMs] */
  readToEnd(timeoutMs = defaultTimeoutMs) {
    return this.#inbox.readToEnd(timeoutMs);
  }

  /** @param {number} timeoutMs */
  async readBanner(timeoutMs) {
    const line = await this.readUntil('\r\n', timeoutMs).catch((error) => {
      if (this.ended === '' && this.unread === '') return '\r\n';
      throw error;
    });
    this.banner = line.slice(0, -2);
  }

  /**
   * Sends an action, with an ActionID of its own unless one is given, and reads its response only: other messages
   * that came before it stay unread.
   * @param {Headers} headers @param {number} [timeoutMs]
   */
  action(headers, timeoutMs = defaultTimeoutMs) {
    const actionId = this.sendAction(headers);
    return this.#inbox.read((unread) => spanOfResponse(unread, actionId), timeoutMs, `a response to ${actionId}`);
  }

  /**
   * As `action`, for one that answers with a list: reads on up to its last item, everything between included.
   * @param {Headers} headers @param {number} [timeoutMs]
   */
  async list(headers, timeoutMs = defaultTimeoutMs) {
    const response = await this.action(headers, timeoutMs);
    if (!/^EventList: start\r$/im.test(response)) return response;
    return response + (await this.readUntil(/EventList: Complete\r\n(?:[^\r\n]+\r\n)*\r\n/i, timeoutMs));
  }

  /** Sends an action and waits for nothing. Returns its ActionID. @param {Headers} headers */
  sendAction(headers) {
    const pairs = pairsOf(headers);
    const given = pairs.find(([name]) => name.toLowerCase() === 'actionid')?.[1];
    const actionId = given ?? `test-${this.#nextId++}`;
    if (given === undefined) pairs.push(['ActionID', actionId]);
    this.send(`${pairs.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
    return actionId;
  }

  /** @param {string} username @param {string} secret @param {Readonly<Record<string, string>>} [more] */
  login(username, secret, more = {}) {
    return this.action({ Action: 'Login', Username: username, Secret: secret, ...more });
  }

  /**
   * Shows what did not arrive: sends a Ping and reads up to its answer. Returns everything that came before it.
   * @param {number} [timeoutMs]
   */
  async barrier(timeoutMs = defaultTimeoutMs) {
    const actionId = this.sendAction({ Action: 'Ping', ActionID: `barrier-${this.#nextId++}` });
    const all = await this.readUntil((unread) => spanOfResponse(unread, actionId)?.end ?? false, timeoutMs);
    return all.slice(0, spanOfResponse(all, actionId)?.start);
  }

  /** Stops reading, as a client that hangs does: the kernel's buffers fill. */
  pause() {
    this.#socket.pause();
  }

  resume() {
    this.#socket.resume();
  }

  /** Closes the sending half only. */
  end() {
    this.#socket.end();
  }

  close() {
    this.#socket.destroy();
  }

  /** Closes with a TCP reset. */
  reset() {
    this.#socket.resetAndDestroy();
  }
}

/** @param {AmiAddress} address */
function targetOf({ host = '127.0.0.1', port, localAddress }) {
  return localAddress === undefined ? { host, port } : { host, port, localAddress };
}

/** @param {AmiAddress} address @param {tls.ConnectionOptions} options */
function connectTls(address, options) {
  return tls.connect({ rejectUnauthorized: false, ...targetOf(address), ...options });
}

/** @param {Headers} headers @returns {(readonly [string, string])[]} */
function pairsOf(headers) {
  return isPairs(headers) ? [...headers] : Object.entries(headers);
}

/** @param {Headers} headers @returns {headers is readonly (readonly [string, string])[]} */
function isPairs(headers) {
  return Array.isArray(headers);
}

/** @param {string} unread @param {Wanted} wanted @returns {Span | null} */
function spanUpTo(unread, wanted) {
  const length = lengthUpTo(unread, wanted);
  return length === null ? null : { start: 0, end: length };
}

/** @param {string} unread @param {Wanted} wanted @returns {number | null} */
function lengthUpTo(unread, wanted) {
  if (typeof wanted === 'function') {
    const answer = wanted(unread);
    if (typeof answer === 'number') return answer;
    return answer ? unread.length : null;
  }
  if (typeof wanted === 'string') {
    const at = unread.indexOf(wanted);
    return at < 0 ? null : at + wanted.length;
  }
  const match = wanted.exec(unread);
  return match === null ? null : match.index + match[0].length;
}

/** @param {string} unread @param {string} actionId @returns {Span | null} */
function spanOfResponse(unread, actionId) {
  for (let start = 0; ; ) {
    const close = unread.indexOf(blockEnd, start);
    if (close < 0) return null;
    const end = close + blockEnd.length;
    const block = unread.slice(start, end);
    if (block.startsWith('Response:') && block.includes(`\r\nActionID: ${actionId}\r\n`)) return { start, end };
    start = end;
  }
}
