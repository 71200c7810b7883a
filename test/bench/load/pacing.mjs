// When events leave: as fast as those who read follow, or at a steady rate. What an event is and where it goes is the
// caller's: `emit` sends so many more.
import { viewCount } from './event-text.mjs';

const tickMs = 1;

/**
 * @typedef {{ readonly seconds: number, readonly ahead: number, readonly step: number }} Flood
 *   `ahead` events may be under way, counted from Asterisk to the slowest reader; they leave `step` at a time.
 * @typedef {{ readonly seconds: number, readonly perSecond: number }} Pace
 */

export class Pacing {
  sent = 0;
  /** What the slowest reader has. */
  arrived = 0;
  #emit;
  /** @type {(() => void) | null} */
  #go = null;

  /** @param {(count: number) => boolean} emit false when there is no room for more at the moment; then `roomMade` */
  constructor(emit) {
    this.#emit = emit;
  }

  /** Resolves when all has been sent, with the number of events: a multiple of the number of views. @param {Flood} flood @returns {Promise<number>} */
  flood({ seconds, ahead, step }) {
    this.#begin();
    const endMs = performance.now() + seconds * 1000;
    return new Promise((resolve) => {
      this.#go = () => {
        while (this.sent - this.arrived + step <= ahead) {
          if (performance.now() >= endMs && this.sent % viewCount === 0) {
            this.#go = null;
            return resolve(this.sent);
          }
          const count = Math.min(step, viewCount - (this.sent % viewCount));
          this.sent += count;
          if (!this.#emit(count)) return;
        }
      };
      this.#go();
    });
  }

  /** @param {Pace} pace @returns {Promise<number>} */
  pace({ seconds, perSecond }) {
    this.#begin();
    const total = Math.ceil((seconds * perSecond) / viewCount) * viewCount;
    const startMs = performance.now();
    return new Promise((resolve) => {
      const timer = setInterval(() => {
        const due = Math.min(total, Math.floor(((performance.now() - startMs) * perSecond) / 1000));
        for (; this.sent < due; this.sent += 1) this.#emit(1);
        if (this.sent < total) return;
        clearInterval(timer);
        resolve(this.sent);
      }, tickMs);
    });
  }

  /** @param {number} arrived */
  progress(arrived) {
    this.arrived = arrived;
    this.#go?.();
  }

  roomMade() {
    this.#go?.();
  }

  #begin() {
    this.sent = 0;
    this.arrived = 0;
  }
}
