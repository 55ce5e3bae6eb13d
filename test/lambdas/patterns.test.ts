import { describe, expect, test } from 'vitest';
import { identify, patterns } from '../../lambdas/event-bridge.ts';
import { compilePattern } from '../../local/aws/pattern.ts';
import { CONTEXT, payload } from './samples.ts';

/** Which rules deliver each payload, when we act in the role that made one of the sessions. */
const DELIVERED: Readonly<Record<string, readonly string[]>> = {
  'asg-launch-from-warm-pool': ['instance-launch'],
  'asg-launch-into-warm-pool': ['instance-launch'],
  'asg-launch-lifecycle': ['instance-launch'],
  'asg-launch-successful': [],
  'asg-terminate-lifecycle': [],
  'ct-AttachNetworkInterface': ['interface-attached'],
  'ct-CreateNetworkInterface': [],
  'ct-CreateNetworkInterface-dryrun': [],
  'ct-CreateTags': ['tags-by-call'],
  'ct-CreateTags-omitted': ['tags-by-call'],
  'ct-CreateTags-one': ['tags-by-call'],
  'ct-CreateTrafficMirrorSession-dryrun': [],
  'ct-CreateTrafficMirrorSession-failed': [],
  'ct-CreateTrafficMirrorSession-member': [],
  'ct-CreateTrafficMirrorSession-ok': [],
  'ct-CreateTrafficMirrorSession-omitted': ['session-by-others'],
  'ct-DeleteNetworkInterface': [],
  'ct-DeleteTags': ['tags-by-call'],
  'ct-DeleteTrafficMirrorSession': ['session-by-others'],
  'ct-DetachNetworkInterface': [],
  'ct-ModifyTrafficMirrorSession': ['session-by-others'],
  'ct-ModifyTrafficMirrorSession-text': ['session-by-others'],
  'ct-ModifyTrafficMirrorSession-unanswered': ['session-by-others'],
  'ct-RunInstances': [],
  'ct-efs-CreateTags': [],
  'ec2-state-pending': [],
  'ec2-state-running': ['instance-state'],
  'ec2-state-running-forwarded': ['instance-state'],
  'ec2-state-shutting-down': [],
  'ec2-state-stopped': ['instance-state'],
  'ec2-state-stopping': [],
  'ec2-state-terminated': ['instance-state'],
  scheduled: ['schedule'],
  'tag-change-eni': ['tag-change'],
  'tag-change-instance': ['tag-change'],
  'tag-change-many': ['tag-change'],
};

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
