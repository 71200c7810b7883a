/** Recognises the security events that Asterisk raises about the gateway's own connections: they are nobody's business downstream. */
import type { Socket } from 'node:net';

/** Connections that are remembered; Asterisk reports a login within moments, so old ones do not matter. */
const REMEMBERED = 1024;

export class OwnTraffic {
  readonly #account: () => string;
  readonly #endpoints = new Set<string>();

  /** `account` is the gateway's own at Asterisk, as it is called now. */
  constructor(account: () => string) {
    this.#account = account;
  }

  /** Remembers our end of an upstream connection: Asterisk's RemoteAddress. */
  opened(socket: Socket): void {
    const { localAddress, localPort } = socket;
    if (localAddress === undefined || localPort === undefined) return;
    this.#endpoints.add(`${localAddress.replace(/^::ffff:/, '')}/${localPort}`);
    for (const oldest of this.#endpoints) {
      if (this.#endpoints.size <= REMEMBERED) break;
      this.#endpoints.delete(oldest);
    }
  }

  /** True for a security event about the account or the addresses of the gateway itself. */
  isAbout(text: string): boolean {
    if (!text.includes('\r\nService: AMI\r\n')) return false;
    const remote = /\r\nRemoteAddress: IPV[46]\/[A-Z]+\/([^\r\n]*)\r\n/.exec(text)?.[1];
    if (remote !== undefined && this.#endpoints.has(remote)) return true;
    const account = /\r\nAccountID: ([^\r\n]*)\r\n/.exec(text)?.[1];
    return account !== undefined && account.toLowerCase() === this.#account().toLowerCase();
  }
}
