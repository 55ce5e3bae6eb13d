import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The local clouds start in a second or two; with both cores busy, several times that.
    testTimeout: 20_000,
    hookTimeout: 60_000,
    coverage: { include: ['shared/**', 'lambdas/**', 'functions/**', 'local/**', 'cli/**'] },
  },
});
