/** Events with numbers, made at Asterisk itself, and readers that hold the gateway to every one of them. */
import type { WireClient } from './wire-client.js';

/** Asterisk need not be drowned: so many may be unanswered. */
const MOST_UNANSWERED = 400;
const TICK_MS = 10;

export class EventSource {
  readonly name: string;
  readonly #client: WireClient;
  readonly #perTick: number;
  #timer: NodeJS.Timeout | null = null;
  #sent = 0;
  #answered = 0;
  #owed = 0;

  /** `client` is logged in at Asterisk itself, without events. */
  constructor(client: WireClient, name: string, mostPerSecond: number) {
    this.#client = client;
    this.name = name;
    this.#perTick = (mostPerSecond * TICK_MS) / 1000;
    client.onBlock = () => {
      this.#answered += 1;
    };
  }

  start(): void {
    this.#timer = setInterval(() => this.#send(), TICK_MS);
  }

  /** No further event. */
  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  close(): void {
    this.stop();
    this.#client.close();
  }

  get sent(): number {
    return this.#sent;
  }

  get isSettled(): boolean {
    return this.#answered === this.#sent;
  }

  #send(): void {
    this.#owed += this.#perTick;
    for (; this.#owed >= 1 && this.#sent - this.#answered < MOST_UNANSWERED; this.#owed -= 1) {
      this.#sent += 1;
      // The parity is what filters and views go by.
      const lines = [`Source: ${this.name}`, `Seq: ${this.#sent}`, `Parity: ${this.#sent % 2 === 0 ? 'even' : 'odd'}`];
      this.#client.sendAction(['Action: UserEvent', 'UserEvent: Storm', ...lines]);
    }
    this.#owed = Math.min(this.#owed, MOST_UNANSWERED);
  }
}
