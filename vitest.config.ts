import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 300_000,
    maxWorkers: 2,
    // Calls, timers and real processes share two cores there: what fails by chance is tried anew, what is broken fails again.
    retry: process.env.CI === 'true' ? 2 : 0,
  },
});
