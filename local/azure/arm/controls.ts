import { newDenials, type Denials } from './denials.ts';
import { newFailures, type Failures, type OrderedFailures } from './failures.ts';
import { newGrants, type AskedGrants, type Grants } from './grants.ts';
import { newLocks, type HeldLocks, type Locks } from './locks.ts';
import { newMishaps, type Mishaps, type OrderedMishaps } from './mishaps.ts';
import { newPolicies, type AssignedPolicies, type Policies } from './policies.ts';
import { newRegistrations, type Registrations } from './registrations.ts';

/** What a test or a person can order the endpoint to do. */
export interface Controls extends Denials, Failures, Grants, Locks, Mishaps, Policies, Registrations {}

/** The orders, and the ways to take them. */
export interface OrderedControls
  extends Denials, OrderedFailures, AskedGrants, HeldLocks, OrderedMishaps, AssignedPolicies, Registrations {}

/**
 * What the service says of a machine that was not stopped and started since a VTAP was first deployed. The text is documented
 * (https://learn.microsoft.com/azure/virtual-network/virtual-network-tap-overview), its code and phase are not.
 */
export const NOT_ON_FASTPATH = {
  code: 'NicNotOnFastpath',
  message: 'NIC is not on fastpath. Stop (deallocate) and start the virtual machine, then try again.',
} as const;

export const newControls = (): OrderedControls => ({
  ...newDenials(),
  ...newFailures(),
  ...newGrants(),
  ...newLocks(),
  ...newMishaps(),
  ...newPolicies(),
  ...newRegistrations(),
});
