import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** The parts of the hostile run, one after the other, each in a process of its own: what it measures is its own doing. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('.', import.meta.url)),
    include: ['*.part.ts'],
    fileParallelism: false,
    pool: 'forks',
    hookTimeout: 300_000,
    disableConsoleIntercept: true,
    passWithNoTests: false,
  },
});
