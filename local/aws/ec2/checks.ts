import type {
  CreateTagsRequest,
  CreateTrafficMirrorSessionRequest,
  DeleteTrafficMirrorSessionRequest,
  ModifyTrafficMirrorSessionRequest,
  Tag,
  TagSpecification,
} from '@aws-sdk/client-ec2';
import type { Context } from '../policy/conditions.ts';
import type { Check } from '../policy/decide.ts';
import type { Call } from './call.ts';
import { tagsOf } from './region.ts';
import { resourceTypeOf } from './tagging.ts';

/* What each action is checked for: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html */

type Keys = readonly (readonly [string, string | readonly string[]])[];

const toContext = ({ region }: Call, keys: Keys): Context =>
  new Map(
    [['aws:RequestedRegion', region.name] as const, ['ec2:Region', region.name] as const, ...keys].map(
      ([key, value]) => [key.toLowerCase(), value] as const,
    ),
  );

/** Both spellings are of the same tags. What does not exist has none. */
const resourceKeys = (tags: ReadonlyMap<string, string>): Keys =>
  [...tags].flatMap(([key, value]) => [
    [`aws:ResourceTag/${key}`, value] as const,
    [`ec2:ResourceTag/${key}`, value] as const,
  ]);

/** A request without tags has no such keys at all. */
const requestKeys = (tags: readonly Tag[]): Keys =>
  tags.length === 0
    ? []
    : [
        ['aws:TagKeys', tags.map(({ Key = '' }) => Key)],
        ...tags.map(({ Key = '', Value = '' }) => [`aws:RequestTag/${Key}`, Value] as const),
      ];

const toArn = ({ region }: Call, account: string, resource: string): string =>
  `arn:aws:ec2:${region.name}:${account}:${resource}`;

/** A resource that exists, with its tags. A shared target's ARN names the account that owns it. */
function onExisting(call: Call, action: string, id: string, keys: Keys = []): Check {
  const home = [call.region, ...call.neighbours].find(({ targets }) => targets.has(id)) ?? call.region;
  return {
    action: `ec2:${action}`,
    resource: toArn(call, home.account, `${resourceTypeOf(id)}/${id}`),
    context: toContext(call, [...resourceKeys(tagsOf(home, id)), ...keys]),
  };
}

const tagsFor = (specifications: readonly TagSpecification[] | undefined, type: string): readonly Tag[] =>
  (specifications ?? []).filter(({ ResourceType }) => ResourceType === type).flatMap(({ Tags }) => Tags ?? []);

/** What an action makes, and once more for its tags, if it is given any. */
function onCreated(call: Call, action: string, type: string, tags: readonly Tag[]): readonly Check[] {
  const made = { resource: toArn(call, call.account, `${type}/*`), context: toContext(call, requestKeys(tags)) };
  const create = { action: `ec2:${action}`, ...made };
  const keys: Keys = [['ec2:CreateAction', action], ...requestKeys(tags)];
  const tagging = { action: 'ec2:CreateTags', resource: made.resource, context: toContext(call, keys) };
  return tags.length === 0 ? [create] : [create, tagging];
}

const present = (ids: readonly (string | undefined)[]): readonly string[] => ids.filter((id) => id !== undefined);

const BY_ACTION: Readonly<Record<string, (call: Call, request: never) => readonly Check[]>> = {
  CreateTrafficMirrorSession: (call, request: CreateTrafficMirrorSessionRequest) => [
    ...present([request.NetworkInterfaceId, request.TrafficMirrorFilterId, request.TrafficMirrorTargetId]).map((id) =>
      onExisting(call, 'CreateTrafficMirrorSession', id),
    ),
    ...onCreated(
      call,
      'CreateTrafficMirrorSession',
      'traffic-mirror-session',
      tagsFor(request.TagSpecifications, 'traffic-mirror-session'),
    ),
  ],
  ModifyTrafficMirrorSession: (call, request: ModifyTrafficMirrorSessionRequest) =>
    present([request.TrafficMirrorSessionId, request.TrafficMirrorFilterId, request.TrafficMirrorTargetId]).map((id) =>
      onExisting(call, 'ModifyTrafficMirrorSession', id),
    ),
  DeleteTrafficMirrorSession: (call, { TrafficMirrorSessionId: id }: DeleteTrafficMirrorSessionRequest) =>
    present([id]).map((one) => onExisting(call, 'DeleteTrafficMirrorSession', one)),
  CreateTags: (call, { Resources, Tags }: CreateTagsRequest) =>
    (Resources ?? []).map((id) => onExisting(call, 'CreateTags', id, requestKeys(Tags ?? []))),
};

/** Of the other actions only this is known: the ids that a request names, or else everything, have to be allowed. */
function onWhatIsNamed(call: Call, action: string, request: object): readonly Check[] {
  const ids = Object.values(request)
    .flat()
    .filter((value): value is string => typeof value === 'string' && resourceTypeOf(value) !== 'unknown');
  const anything = { action: `ec2:${action}`, resource: '*', context: toContext(call, []) };
  return ids.length === 0 || action.startsWith('Describe') ? [anything] : ids.map((id) => onExisting(call, action, id));
}

/** Everything that a call has to be allowed. */
export function checksOf(call: Call, action: string, request: object): readonly Check[] {
  const known = Object.hasOwn(BY_ACTION, action) ? BY_ACTION[action] : undefined;
  return known === undefined ? onWhatIsNamed(call, action, request) : known(call, request as never);
}
