/** Ends a session whose client says nothing for too long. Looks again when that might be, so that no message costs a timer. */

export class IdleWatch {
  readonly #limitMs: number;
  readonly #isBusy: () => boolean;
  readonly #expired: () => void;
  #heardAt = 0;
  #timer: NodeJS.Timeout | null = null;

  /** An action in work is not idle: `isBusy` says so. With a limit of 0 there is none. */
  constructor(limitMs: number, isBusy: () => boolean, expired: () => void) {
    this.#limitMs = limitMs;
    this.#isBusy = isBusy;
    this.#expired = expired;
  }

  start(): void {
    this.heard();
    if (this.#limitMs > 0) this.#lookIn(this.#limitMs);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** The client said something, or was answered. */
  heard(): void {
    this.#heardAt = performance.now();
  }

  #lookIn(waitMs: number): void {
    this.#timer = setTimeout(() => {
      const silentMs = this.#isBusy() ? 0 : performance.now() - this.#heardAt;
      if (silentMs < this.#limitMs) this.#lookIn(this.#limitMs - silentMs);
      else this.#expired();
    }, waitMs);
  }
}
