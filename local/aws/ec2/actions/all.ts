import type { Action } from '../call.ts';
import { describeInstanceActions } from './describe-instances.ts';
import { instanceActions } from './instances.ts';
import { mirrorFilterRuleActions } from './mirror-filter-rules.ts';
import { mirrorFilterActions } from './mirror-filters.ts';
import { mirrorSessionActions } from './mirror-sessions.ts';
import { mirrorTargetActions } from './mirror-targets.ts';
import { networkInterfaceActions } from './network-interfaces.ts';
import { placeActions } from './places.ts';
import { tagActions } from './tags.ts';

/** Everything that this EC2 can do, by action. */
export const ACTIONS: ReadonlyMap<string, Action> = new Map<string, Action>(
  Object.entries({
    ...instanceActions,
    ...describeInstanceActions,
    ...tagActions,
    ...networkInterfaceActions,
    ...mirrorSessionActions,
    ...mirrorTargetActions,
    ...mirrorFilterActions,
    ...mirrorFilterRuleActions,
    ...placeActions,
  }),
);
