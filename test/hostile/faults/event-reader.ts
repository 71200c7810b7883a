/** Reads the events of sources and checks that none is lost, doubled or out of order. */
import type { EventSource } from './event-source.js';

/** What blocks come from: a connection, or a session over HTTP. */
export interface BlockPort {
  onBlock: (block: string) => void;
  onEnd: () => void;
  close(): void;
}

export interface ReaderSettings {
  readonly name: string;
  /** The step from one event of a source to the next that this reader may see: 2 where its filter takes every other. */
  readonly step: 1 | 2;
  /** The first number that it sees; null where it came while the source was at work. */
  readonly first: number | null;
  /** Whether it hears FullyBooted. */
  readonly readsSystem: boolean;
}

export class EventReader {
  readonly #client: BlockPort;
  readonly #settings: ReaderSettings;
  readonly #last = new Map<string, number>();
  /** Times that the stream of a source was broken: events are missing, and go on behind. */
  gaps = 0;
  /** What must never be. */
  readonly faults: string[] = [];
  received = 0;
  fullyBooted = 0;
  /** Told each other event. */
  onOther: (block: string) => void = () => undefined;
  #isClosed = false;

  constructor(client: BlockPort, settings: ReaderSettings) {
    this.#client = client;
    this.#settings = settings;
    client.onBlock = (block) => this.#take(block);
    client.onEnd = () => {
      if (!this.#isClosed) this.#fault('was dropped');
    };
  }

  /** Whether the last event that it may see of what was made has come; those before it are held to it one by one. */
  hasAllOf({ name, sent }: EventSource): boolean {
    const { step, first } = this.#settings;
    const last = this.#last.get(name);
    return last !== undefined && last <= sent && last > sent - step && (first === null || (last - first) % step === 0);
  }

  get readsSystem(): boolean {
    return this.#settings.readsSystem;
  }

  close(): void {
    this.#isClosed = true;
    this.#client.close();
  }

  #take(block: string): void {
    if (block.startsWith('Event: FullyBooted\r\n')) this.fullyBooted += 1;
    if (!block.startsWith('Event: UserEvent\r\n')) return this.onOther(block);
    const source = /\r\nSource: ([^\r\n]+)\r\nSeq: (\d+)\r\nParity: \w+\r\n\r\n$/.exec(block);
    if (source === null) return this.onOther(block);
    this.#count(source[1] ?? '', Number(source[2]));
  }

  #count(source: string, seq: number): void {
    const { step, first } = this.#settings;
    const last = this.#last.get(source);
    this.received += 1;
    this.#last.set(source, seq);
    const expected = last === undefined ? first : last + step;
    if (expected === null || seq === expected) return;
    if (last !== undefined && seq <= last) return this.#fault(`read ${source} ${seq} behind ${last}`);
    this.gaps += 1;
  }

  #fault(what: string): void {
    this.faults.push(`${this.#settings.name} ${what}`);
  }
}
