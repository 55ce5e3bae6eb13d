import { permissionsOn, type Side } from './permissions.ts';

/** A custom role: https://learn.microsoft.com/azure/role-based-access-control/custom-roles#custom-role-properties */
export interface Role {
  /** What it is for, in a word that its name holds. */
  readonly side: Side;
  readonly description: (owner: string) => string;
  /** Sorted, each once; there are no others, and no wildcard among them. */
  readonly actions: readonly string[];
}

/** In each subscription whose machines are mirrored. */
export const SOURCE_ROLE: Role = {
  side: 'source',
  description: (owner) =>
    `Lets tapkeeper (owner ${owner}) attach and detach the TAP configurations of this subscription's interfaces.`,
  actions: permissionsOn('source'),
};

/** Where the VTAPs are: on single ones, or on their subscription. */
export const TAP_ROLE: Role = {
  side: 'tap',
  description: (owner) =>
    `Lets tapkeeper (owner ${owner}) join interfaces to virtual network TAPs of this subscription.`,
  actions: permissionsOn('tap'),
};

/** A role's name is unique in the tenant, so it holds the subscription; a second deployment of the owner cannot have it. */
export const toRoleName = ({ side }: Role, owner: string, subscription: string): string =>
  `tapkeeper-${owner} ${side} ${subscription}`;
