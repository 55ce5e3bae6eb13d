import type { App } from 'aws-cdk-lib';
import { isForwardedTo } from './deployment/bus.ts';
import { destinationStack } from './destination/destination-stack.ts';
import { memberStack } from './member/member-stack.ts';
import { namesOf } from './names.ts';
import type { Settings } from './settings.ts';
import { tapkeeperStack } from './deployment/tapkeeper-stack.ts';

/**
 * Every stack that settings ask for: tapkeeper itself; where it keeps other accounts or regions, what is deployed there; and the
 * destination, if it is to be made. They do not refer to each other: each is deployed and removed on its own.
 */
export function addStacks(app: App, settings: Settings, bundles: string): void {
  tapkeeperStack(app, settings, bundles);
  if (isForwardedTo(settings)) addMemberStack(app, settings);
  const { owner, account, region, destination } = settings;
  if (destination !== null) destinationStack(app, namesOf(owner), { account, region }, destination);
}

function addMemberStack(app: App, settings: Settings): void {
  const { account, scopes, members } = settings;
  const memberRegions = scopes.filter((scope) => scope.account !== account).map(({ region }) => region);
  memberStack(app, namesOf(settings.owner).memberStack, {
    ...settings,
    externalId: members?.externalId ?? null,
    memberRegions: [...new Set(memberRegions)].sort(),
  });
}
