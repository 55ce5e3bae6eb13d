import type {
  AssumeRoleCommandInput,
  AssumeRoleCommandOutput,
  GetCallerIdentityCommandOutput,
} from '@aws-sdk/client-sts';
import type { AccessKey, Identities } from '../identity.ts';
import { toArn } from '../identity.ts';
import type { ServiceAction, ServiceCall } from './call.ts';
import { newDigits } from './digits.ts';
import { notAuthorized } from './query-service.ts';
import { invalid } from './read.ts';
import type { Role } from './roles.ts';
import { isTrusted } from './roles.ts';

/** Seconds; the longest is what a role can be set to allow. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
const DURATION = { least: 900, most: 43_200, chained: 3600, usual: 3600 };

/**
 * The role that a permission to assume names. `null`: anybody may ask who they are, whatever their policies say
 * (https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html).
 */
export const roleOf = (_call: ServiceCall, request: object): string | null =>
  'RoleArn' in request && typeof request.RoleArn === 'string' ? request.RoleArn : null;

/** The actions of STS. Who may assume a role is what the role says, and what the caller's own policy allows, if it has one. */
export const securityTokenActions = (roles: ReadonlyMap<string, Role>, identities: Identities) =>
  ({
    AssumeRole: (call: ServiceCall, request: AssumeRoleCommandInput) => assumeRole(roles, identities, call, request),
    GetCallerIdentity: (call: ServiceCall): Omit<GetCallerIdentityCommandOutput, '$metadata'> => ({
      Account: call.account,
      Arn: toArn(call.identity, call.account),
      UserId: call.identity.kind === 'role' ? `AROALOCAL:${call.identity.sessionName}` : 'AIDALOCAL',
    }),
  }) satisfies Record<string, ServiceAction>;

function assumeRole(
  roles: ReadonlyMap<string, Role>,
  identities: Identities,
  call: ServiceCall,
  request: AssumeRoleCommandInput,
): Omit<AssumeRoleCommandOutput, '$metadata'> {
  const { RoleArn: arn = '', RoleSessionName: sessionName = '', ExternalId: externalId } = request;
  if (!/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/.test(arn)) throw invalid(`${arn} is invalid`);
  if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) {
    throw invalid(
      `1 validation error detected: Value '${sessionName}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]{2,64}`,
    );
  }
  const seconds = readDuration(call, request.DurationSeconds);
  const role = roles.get(arn);
  // A role that does not exist and one that does not trust the caller are told apart by nobody, as in the cloud.
  if (role === undefined || !isTrusted(role, call, externalId)) throw notAuthorized(call, 'sts:AssumeRole', arn);
  const identity = { kind: 'role', roleName: role.name.split('/').at(-1) ?? role.name, sessionName } as const;
  const expiresMs = call.nowMs + seconds * 1000;
  const key = identities.issueUntil(expiresMs, identity, role.account);
  return {
    Credentials: toCredentials(call, key, expiresMs),
    AssumedRoleUser: { AssumedRoleId: `AROALOCAL:${sessionName}`, Arn: toArn(identity, role.account) },
  };
}

function readDuration({ identity }: ServiceCall, given: number | undefined): number {
  const { least, most, chained, usual } = DURATION;
  const seconds = given ?? usual;
  if (seconds < least || seconds > most) {
    throw invalid(
      `1 validation error detected: Value '${seconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value between ${least} and ${most}`,
    );
  }
  if (identity.kind === 'role' && seconds > chained) {
    throw invalid('The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining');
  }
  return seconds;
}

const toCredentials = (
  { random }: ServiceCall,
  { accessKeyId, secretAccessKey }: AccessKey,
  expiresMs: number,
): NonNullable<AssumeRoleCommandOutput['Credentials']> => ({
  AccessKeyId: accessKeyId,
  SecretAccessKey: secretAccessKey,
  SessionToken: newDigits(random, 32),
  Expiration: new Date(expiresMs),
});
