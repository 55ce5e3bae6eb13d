import { CfnParameter, type CfnParameterProps, Fn, type Stack } from 'aws-cdk-lib';
import { OWNER_PATTERN } from '../../../shared/ids.ts';
import type { Owner } from '../../../shared/words.ts';
import type { LaunchHooks } from '../policies.ts';

/** What the central deployment knows of itself; its members' template says it by default. */
export interface MemberDefaults {
  readonly owner: Owner;
  readonly formerOwners: readonly Owner[];
  /** Where the central deployment is. */
  readonly account: string;
  readonly region: string;
  /** What the member role asks of who assumes it; `null`: to be said when the template is deployed. */
  readonly externalId: string | null;
  /** The regions that are kept in other accounts; none: any region. */
  readonly memberRegions: readonly string[];
  readonly launchHooks: LaunchHooks;
}

/** The parameters of the template for member accounts. */
export type MemberParameters = ReturnType<typeof addMemberParameters>;

const REGION = '[a-z]{2}(-[a-z]+)+-[0-9]+';

/**
 * Everything in which one member differs from another, and one deployment from another. Without defaults all of it is asked
 * for, so that one template serves every deployment.
 */
export function addMemberParameters(stack: Stack, defaults: MemberDefaults | null) {
  const add = (id: string, value: string | null | undefined, props: CfnParameterProps): CfnParameter =>
    new CfnParameter(stack, id, { type: 'String', ...props, ...(typeof value === 'string' ? { default: value } : {}) });
  const owners = add('Owners', defaults && [defaults.owner, ...defaults.formerOwners].join(','), {
    type: 'CommaDelimitedList',
    description:
      'The owner in the rules, then former ones, separated by commas. The first is the mark on our sessions and part of every name; the sessions of all are ours.',
    allowedPattern: OWNER_PATTERN.source,
    constraintDescription: 'must be the owner as the rules file has it, and former ones',
  });
  const centralAccount = add('CentralAccount', defaults?.account, {
    description: 'The account where tapkeeper is deployed.',
    allowedPattern: '^[0-9]{12}$',
    constraintDescription: 'must be an account of 12 digits',
  });
  const centralRegion = add('CentralRegion', defaults?.region, {
    description: 'The region where tapkeeper is deployed: events go there.',
    allowedPattern: `^${REGION}$`,
    constraintDescription: 'must be a region, as us-east-1',
  });
  const externalId = add('ExternalId', defaults?.externalId, {
    description:
      'What tapkeeper has to say when it assumes the role here (members.externalId of its settings). In its own account there is no role: write anything.',
    // https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    allowedPattern: String.raw`^[\w+=,.@:/-]*$`,
    minLength: 2,
    maxLength: 1224,
    constraintDescription: 'must have 2 to 1224 letters, digits and characters of _+=,.@:/-',
  });
  const roleRegion = add('RoleRegion', defaults === null ? null : findRoleRegion(defaults), {
    description: 'The one region of those deployed to that creates the role: roles are of the whole account.',
    allowedPattern: `^${REGION}$`,
    constraintDescription: 'must be a region, as us-east-1',
  });
  const keptRegions = add('KeptRegions', defaults === null ? '*' : defaults.memberRegions.join(',') || '*', {
    type: 'CommaDelimitedList',
    description: 'The regions in which the role may be used, separated by commas; * for any.',
    allowedPattern: String.raw`^(\*|${REGION})$`,
    constraintDescription: 'must be regions, separated by commas, or *',
  });
  const launchHooks = add('LaunchHooks', defaults?.launchHooks ?? 'left', {
    description: 'Whether Auto Scaling launch hooks are completed (launchHooks of the settings).',
    allowedValues: ['completed', 'left'] satisfies readonly LaunchHooks[],
  });
  return {
    owner: Fn.select(0, owners.valueAsList) as Owner,
    /** The owner and the former ones. */
    owners: owners.valueAsList,
    centralAccount: centralAccount.valueAsString,
    centralRegion: centralRegion.valueAsString,
    externalId: externalId.valueAsString,
    roleRegion: roleRegion.valueAsString,
    keptRegions: keptRegions.valueAsList,
    launchHooks: launchHooks.valueAsString,
  };
}

/** The central region where members have it too, as one would guess; else the first that they have. */
const findRoleRegion = ({ region, memberRegions }: MemberDefaults): string =>
  memberRegions.length === 0 || memberRegions.includes(region) ? region : (memberRegions[0] ?? region);
