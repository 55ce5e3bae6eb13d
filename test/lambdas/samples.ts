import { readFileSync } from 'node:fs';
import type { IdentifyContext } from '../../lambdas/event-bridge.ts';
import { parseAccountId, parseRegion } from '../../shared/ids.ts';

/** A payload of test/payloads/aws, by its file's name. */
export const payload = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`../payloads/aws/${name}.json`, import.meta.url), 'utf8')) as Record<string, unknown>;

/** The scope of every payload. */
export const HERE = {
  cloud: 'aws',
  account: parseAccountId('123456789012'),
  region: parseRegion('us-east-1'),
} as const;

/** A deployment that keeps the payloads' scope and acts in the role that made one of the sessions. */
export const CONTEXT: IdentifyContext = {
  ownRoles: ['mirror-attacher-role'],
  scopes: [HERE],
  nowMs: Date.UTC(2026, 7, 30, 13),
  newId: () => 'made-here',
};
