import { answer, type Answer } from './answer.ts';
import type { Occasion } from './failures.ts';
import { isWithin } from './scope.ts';

/** A policy that denies an action in a scope. */
export interface Policy {
  readonly action: string;
  readonly scope: string;
  /** As `/subscriptions/…/providers/Microsoft.Authorization/policyAssignments/no-taps`. */
  readonly policyAssignmentId: string;
}

/** Policies with the effect `deny`. */
export interface Policies {
  forbid(policy: Policy): void;
  /** Takes an assignment away. */
  permit(policyAssignmentId: string): void;
}

export interface AssignedPolicies extends Policies {
  /** The refusal of a call, or `null`. */
  findDisallowed(occasion: Occasion): Answer | null;
}

const DEFINITION = '/providers/Microsoft.Authorization/policyDefinitions/deny-by-type';

const lastOf = (id: string): string => id.split('/').at(-1) ?? '';

/** As Resource Manager says it: the assignment is named in `additionalInfo`, where clients are to look for it (https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-policy-requestdisallowedbypolicy). */
function disallowed({ policyAssignmentId, scope }: Policy, subject: string): Answer {
  const assignment = lastOf(policyAssignmentId);
  const identifiers = JSON.stringify([
    {
      policyAssignment: { name: assignment, id: policyAssignmentId },
      policyDefinition: { name: lastOf(DEFINITION), id: DEFINITION },
    },
  ]);
  const info = {
    policyDefinitionDisplayName: lastOf(DEFINITION),
    policyDefinitionEffect: 'deny',
    policyDefinitionId: DEFINITION,
    policyDefinitionName: lastOf(DEFINITION),
    policyAssignmentDisplayName: assignment,
    policyAssignmentId,
    policyAssignmentName: assignment,
    policyAssignmentScope: scope,
    policyAssignmentParameters: {},
  };
  const error = {
    code: 'RequestDisallowedByPolicy',
    target: lastOf(subject),
    message: `Resource '${lastOf(subject)}' was disallowed by policy. Policy identifiers: '${identifiers}'.`,
    additionalInfo: [{ type: 'PolicyViolation', info }],
  };
  return answer(403, { error }, { 'x-ms-failure-cause': 'gateway' });
}

export function newPolicies(): AssignedPolicies {
  const assigned = new Map<string, Policy>();
  return {
    forbid: (policy) => void assigned.set(policy.policyAssignmentId.toLowerCase(), policy),
    permit: (id) => void assigned.delete(id.toLowerCase()),
    findDisallowed({ action, subject }) {
      const policy = [...assigned.values()].find(
        (one) => one.action.toLowerCase() === action.toLowerCase() && isWithin(subject, one.scope),
      );
      return policy === undefined ? null : disallowed(policy, subject);
    },
  };
}
