import { readFileSync } from 'node:fs';
import type { IdentifyContext } from '../../lambdas/event-bridge.ts';
import { parseAccountId, parseRegion } from '../../shared/ids.ts';

/** A payload of test/payloads/aws, by its file's name. */
export const payload = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`../payloads/aws/${name}.json`, import.meta.url), 'utf8')) as Record<string, unknown>;

/** The scope of the payloads that were not forwarded. */
export const HERE = {
  cloud: 'aws',
  account: parseAccountId('123456789012'),
  region: parseRegion('us-east-1'),
} as const;

/** A member account, and another region. */
export const THERE = {
  cloud: 'aws',
  account: parseAccountId('210987654321'),
  region: parseRegion('eu-west-1'),
} as const;

/** A deployment that keeps that scope and acts in the roles that made some of the sessions. */
export const CONTEXT: IdentifyContext = {
  ownRoles: ['mirror-attacher-role', 'mirror-member-role'],
  scopes: [HERE],
  nowMs: Date.UTC(2026, 7, 30, 13),
  newId: () => 'made-here',
};
