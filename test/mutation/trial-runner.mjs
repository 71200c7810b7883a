// Runs each test once as it is, then again under every break whose code it reached and that nothing has caught yet.
// What runs at the import of a module, a table say, is tried by importing the test file anew under the break.
//   quick pass    the tests of some milliseconds, which catch nearly all
//   slow pass     properties with thousands of values, for what is left
import path from 'node:path';
import { collectTests } from '@vitest/runner';
import { TestRunner, vi } from 'vitest';
import { readCaught, readHomes, readPass, readQuick, record } from './records.mjs';

/** @typedef {import('./switch.mjs').Switch} Switch */
/** @typedef {import('vitest').RunnerTestCase} TestCase */

const QUICK_MS = 25;
/** Longer than any test takes under a break that does not make it endless. */
const LONGEST_TRIAL_MS = { quick: 1_000, slow: 20_000 };
const PASS = readPass();
const homes = readHomes();
/** By the quick pass, so that no test falls between the two. */
const quick = readQuick();

class TrialRunner extends TestRunner {
  #caught = readCaught();
  /** @type {Set<number>} */
  #reached = new Set();
  /** What ran while the test file was imported. @type {readonly number[]} */
  #imported = [];
  #filepath = '';
  /** False when a test fails without a break: one before has left something behind. */
  #isTrusted = true;
  /** The tests of this pass, by their ids. @type {Set<string>} */
  #own = new Set();

  /** @param {TestCase} test */
  async runTask(test) {
    const run = TestRunner.getTestFn(test);
    const state = breakSwitch();
    if (this.#filepath === '') this.#begin(test.file.filepath, state);
    state.reached.clear();
    const begun = performance.now();
    await this.#runAsIs(run, test);
    const isOfThisPass = PASS === 'quick' ? performance.now() - begun < QUICK_MS : !quick.has(test.id);
    if (isOfThisPass) this.#own.add(test.id);
    const reached = [...state.reached];
    for (const id of reached) this.#reached.add(id);
    const open = reached.filter((id) => !this.#caught.has(id));
    if (!isOfThisPass || open.length === 0) return;
    this.#isTrusted &&= await passes(run);
    for (const id of open) await this.#try(run, state, id);
  }

  /** @override */
  async onAfterRunFiles() {
    await this.#tryImported(breakSwitch());
    record('reached', { file: path.basename(this.#filepath), ids: [...this.#imported, ...this.#reached] });
    if (PASS === 'quick') record('quick', { tests: [...this.#own] });
    super.onAfterRunFiles();
  }

  /** @param {() => unknown} run @param {TestCase} test */
  async #runAsIs(run, test) {
    try {
      await run();
    } catch (error) {
      record('failed', { file: path.basename(this.#filepath), test: test.name });
      throw error;
    }
  }

  /** @param {string} filepath @param {Switch} state */
  #begin(filepath, state) {
    this.#filepath = filepath;
    this.#imported = [...state.reached];
  }

  /** @param {() => unknown} run @param {Switch} state @param {number} id */
  async #try(run, state, id) {
    if (!this.#isTrusted || this.#imported.includes(id)) return;
    const isCaught = !(await passesUnder(id, state, run));
    if (!isCaught) return;
    this.#isTrusted = await passes(run);
    this.#catch(id);
  }

  /** @param {number} id */
  #catch(id) {
    this.#caught.add(id);
    record('caught', { id, file: path.basename(this.#filepath) });
  }

  /** Each with the modules made anew, so that nothing is left of the one before. @param {Switch} state */
  async #tryImported(state) {
    const candidates = this.#isTrusted ? this.#imported : [...this.#imported, ...this.#reached];
    const open = candidates.filter((id) => !this.#caught.has(id));
    if (open.length === 0) return;
    const known = await this.#testsOfThisPass(state);
    for (const id of open) {
      const places = known.filter(({ files }) => concerns(id, files)).map(({ place }) => place);
      if (places.length === 0) continue;
      const passed = await passesUnder(id, state, async () => {
        const tests = await this.#collect();
        for (const place of places) await TestRunner.getTestFn(demand(tests[place]))();
      });
      if (!passed) this.#catch(id);
    }
  }

  /** The tests that pass when they are called by themselves, the quickest first, with the files whose code they run. @param {Switch} state */
  async #testsOfThisPass(state) {
    const found = [];
    for (const [place, test] of (await this.#collect()).entries()) {
      if (!this.#own.has(test.id)) continue;
      const begun = performance.now();
      state.reached.clear();
      const isUsable = await passes(TestRunner.getTestFn(test));
      if (isUsable) found.push({ place, ms: performance.now() - begun, files: filesOf(state.reached) });
    }
    return found.sort((one, other) => one.ms - other.ms);
  }

  async #collect() {
    vi.resetModules();
    const quiet = Object.create(this, {
      config: { value: { ...this.config, setupFiles: [] } },
      onBeforeCollect: { value: undefined },
      onCollected: { value: undefined },
    });
    const [file] = await collectTests([{ filepath: this.#filepath, testLocations: undefined }], quiet);
    if (file === undefined || file.result?.state === 'fail') throw new Error('the file cannot be imported');
    return testsOf(file);
  }
}

// biome-ignore lint/style/noDefaultExport: vitest takes the class of a runner from here
export default TrialRunner;

/** @param {import('vitest').RunnerTestSuite} suite @returns {TestCase[]} */
function testsOf(suite) {
  return suite.tasks.flatMap((task) => (task.type === 'suite' ? testsOf(task) : [task]));
}

/** @param {ReadonlySet<number>} ids */
function filesOf(ids) {
  return new Set([...ids].map((id) => homes[id]?.file ?? ''));
}

/** A table concerns who runs code beside it; one without code beside it, and a test that runs none, may concern all. @param {number} id @param {ReadonlySet<string>} files */
function concerns(id, files) {
  const home = homes[id];
  return home === undefined || !home.hasCode || files.size === 0 || files.has(home.file);
}

/** @returns {Switch} */
function breakSwitch() {
  return Reflect.get(globalThis, '__switch');
}

/** @param {number} id @param {Switch} state @param {() => unknown} run */
async function passesUnder(id, state, run) {
  Object.assign(state, { active: id, deadlineMs: performance.now() + LONGEST_TRIAL_MS[PASS] });
  const passed = await passes(run);
  state.active = 0;
  return passed;
}

/** @param {() => unknown} run */
async function passes(run) {
  try {
    await run();
    return true;
  } catch {
    return false;
  }
}

/** @template T @param {T | undefined} value @returns {T} */
function demand(value) {
  if (value === undefined) throw new Error('a test is missing');
  return value;
}
