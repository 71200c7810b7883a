// Loaded before every test file of the copy: the switch that the woven code asks.
import { getHeapStatistics } from 'node:v8';
import fc from 'fast-check';

/**
 * @typedef {object} Switch
 * @property {number} active the break that is in force, 0 for none
 * @property {number} deadlineMs of the trial, on the clock of `performance`
 * @property {Set<number>} reached the breaks whose code has run
 */

/** The clock is read this seldom, and the memory at this distance. */
const CALLS_PER_LOOK = 256;
const MEMORY_EVERY_MS = 50;
/** An endless loop may also fill a list. */
const MOST_HEAP_BYTES = 1 << 30;

/** @type {Switch} */
const breakSwitch = { active: 0, deadlineMs: 0, reached: new Set() };
let calls = 0;
let nextMemoryMs = 0;

/** Called in every turn of a loop, which a break can make endless, and wherever a break might be. */
function count() {
  if (++calls % CALLS_PER_LOOK !== 0 || breakSwitch.active === 0) return;
  const nowMs = performance.now();
  if (nowMs > breakSwitch.deadlineMs || isFull(nowMs)) throw new Error('the break has made an endless loop');
}

/** @param {number} nowMs */
function isFull(nowMs) {
  if (nowMs < nextMemoryMs) return false;
  nextMemoryMs = nowMs + MEMORY_EVERY_MS;
  return getHeapStatistics().used_heap_size > MOST_HEAP_BYTES;
}

Object.assign(globalThis, {
  __switch: breakSwitch,
  /** @param {number} id */
  __broken: (id) => {
    count();
    breakSwitch.reached.add(id);
    return breakSwitch.active === id;
  },
  __turn: count,
});

// The same values in every run, so that what is caught is caught again; and the first failure is enough.
fc.configureGlobal({ seed: 1, endOnFailure: true });
