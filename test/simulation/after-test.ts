import { afterEach } from 'vitest';

const ended: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

/** Has something ended after the test, whatever becomes of it. */
export const endAfterTest = (end: () => Promise<void>): void => void ended.push(end);
