import { describe, expect, test } from 'vitest';
import { identify, patterns } from '../../lambdas/event-bridge.ts';
import { compilePattern } from '../../local/aws/pattern.ts';
import { DELIVERED } from './delivered.ts';
import { CONTEXT, payload } from './samples.ts';

const deliveredBy = (event: unknown, ownRoles: readonly string[]): readonly string[] =>
  Object.entries(patterns(...ownRoles)).flatMap(([name, pattern]) => (compilePattern(pattern)(event) ? [name] : []));

describe('the patterns that are deployed', () => {
  test.each(Object.entries(DELIVERED))('%s', (name, rules) => {
    expect(deliveredBy(payload(name), CONTEXT.ownRoles)).toEqual(rules);
  });

  test.each(Object.keys(DELIVERED))('%s is delivered exactly if it is acted on', (name) => {
    const isDelivered = deliveredBy(payload(name), CONTEXT.ownRoles).length > 0;
    expect(isDelivered).toBe(identify(payload(name), CONTEXT).kind === 'work');
  });

  test('a session of ours is left out by either role, and delivered when no role is known', () => {
    const ours = payload('ct-CreateTrafficMirrorSession-ok');
    expect(deliveredBy(ours, ['mirror-attacher-role'])).toEqual([]);
    expect(deliveredBy(ours, ['central-role', 'mirror-attacher-role'])).toEqual([]);
    expect(deliveredBy(ours, ['another-role', 'mirror-attacher'])).toEqual(['session-by-others']);
    expect(deliveredBy(ours, [])).toEqual(['session-by-others']);
  });
});
