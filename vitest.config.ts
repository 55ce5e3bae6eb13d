import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/temporary-folder.ts'],
    // As many files side by side as there are cores; left to itself vitest keeps one free, of the two of a small machine too.
    maxWorkers: '100%',
    // The local clouds start in a second or two; with all cores busy, several times that.
    testTimeout: 40_000,
    hookTimeout: 60_000,
    coverage: { include: ['shared/**', 'lambdas/**', 'functions/**', 'local/**', 'cli/**'] },
  },
});
