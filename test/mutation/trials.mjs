// Runs the tests of the copy, in which trial-runner.mjs tries the breaks.
import path from 'node:path';
import { createVitest } from 'vitest/node';
import { readFailed, writePass } from './records.mjs';

/** The tests of the core: values in, values out, in seconds. */
const TESTS = ['test/unit/policy', 'test/unit/config', 'test/unit/ami'];

/** Then nothing can be told from a test that fails. */
export class TestsFail extends Error {}

/** @param {string} folder the copy @param {import('./records.mjs').Pass} pass */
export async function runTrials(folder, pass) {
  process.env.AMI_MUTATION_RECORDS = folder;
  writePass(pass);
  const own = path.join(folder, 'test/mutation');
  const vitest = await createVitest('test', {
    root: folder,
    config: false,
    watch: false,
    include: TESTS.map((tests) => `${tests}/*.test.ts`),
    runner: path.join(own, 'trial-runner.mjs'),
    setupFiles: [path.join(own, 'switch.mjs')],
    pool: 'threads',
    maxWorkers: 1,
    testTimeout: 3_600_000,
    teardownTimeout: 3_600_000,
    reporters: [{}],
    dangerouslyIgnoreUnhandledErrors: true,
  });
  try {
    const { testModules } = await vitest.runTestSpecifications(await vitest.globTestSpecifications(), true);
    const broken = testModules.flatMap((one) => one.errors().map(({ message }) => `${one.moduleId}: ${message}`));
    const failed = [...broken, ...readFailed()];
    if (failed.length > 0) throw new TestsFail(`These fail without a break, mend them first:\n${failed.join('\n')}`);
  } finally {
    await vitest.close();
  }
}
