/** What one client's callbacks were told, in the order they were called: the outcome that both sides must share. */
import { EventEmitter, once } from 'node:events';

export interface Told {
  /** The client's own word for it: the name of its event, or the action whose callback was called. */
  readonly callback: string;
  readonly text: string;
}

const DEADLINE_MS = 10_000;

export class Journal {
  readonly told: Told[] = [];
  readonly #changes = new EventEmitter();

  record(callback: string, delivered: unknown): void {
    this.told.push({ callback, text: render(delivered) });
    this.#changes.emit('change');
  }

  /** Settles when enough was told; fails with all that was told when that does not come. */
  async until(enough: (told: readonly Told[]) => boolean): Promise<void> {
    const deadline = AbortSignal.timeout(DEADLINE_MS);
    while (!enough(this.told)) {
      await once(this.#changes, 'change', { signal: deadline }).catch(() => {
        throw new Error(`${DEADLINE_MS} ms went by; told so far: ${JSON.stringify(this.told, null, 1)}`);
      });
    }
  }

  has(callback: string): Promise<void> {
    return this.until((told) => told.some((one) => one.callback === callback));
  }
}

/** Headers as lines again, one a value where a header came several times, whatever object the client made of them. */
function render(delivered: unknown): string {
  if (delivered instanceof Error) return `${delivered.name}: ${delivered.message}`;
  if (typeof delivered !== 'object' || delivered === null) return String(delivered);
  return Object.entries(delivered)
    .flatMap(([name, value]: [string, unknown]) => linesOf(name, value))
    .join('\n');
}

function linesOf(name: string, value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map((one: unknown) => `${name}: ${render(one)}`);
  if (typeof value === 'object' && value !== null) return [`${name}: ${JSON.stringify(value)}`];
  return [`${name}: ${String(value)}`];
}
