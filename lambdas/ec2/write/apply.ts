import {
  CreateTrafficMirrorSessionCommand,
  DeleteTrafficMirrorSessionCommand,
  DescribeTrafficMirrorSessionsCommand,
  ModifyTrafficMirrorSessionCommand,
  type EC2Client,
  type ModifyTrafficMirrorSessionCommandInput,
  type TrafficMirrorSessionField,
} from '@aws-sdk/client-ec2';
import { parseAttachmentId } from '../../../shared/ids.ts';
import { toMarkTags } from '../../../shared/mark.ts';
import type { Attach, Change, Detach, Modify, Retarget } from '../../../shared/plan/change.ts';
import type { Outcome } from '../../../shared/ports.ts';
import type { AttachmentId, Owner, Settings } from '../../../shared/words.ts';
import { toRefusal } from '../faults.ts';
import { PERMISSIONS, type Permission } from '../permissions.ts';
import type { AwsScope } from '../scope.ts';
import { toOutcome } from './outcome.ts';
import { findRuling } from './rulings.ts';

/** Where a change is carried out, and who makes the tokens. */
export interface Writer {
  readonly client: EC2Client;
  readonly scope: AwsScope;
  /** Unique at every call. */
  readonly newToken: () => string;
}

/** Carries out `send`, and turns what it throws into an outcome. */
async function attempt(
  { scope }: Writer,
  change: Change,
  permission: Permission,
  send: () => Promise<Outcome>,
): Promise<Outcome> {
  try {
    return await send();
  } catch (thrown) {
    return toOutcome(thrown, change, permission, scope);
  }
}

/**
 * Carries out what is allowed on sessions with our mark only. Of a session that is gone nobody knows the tags, so that IAM denies it
 * before EC2 looks for it; a denial is then no missing permission, but what EC2 says of a session that it does not find.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html (a key that is not there)
 */
async function attemptOnOurs(
  writer: Writer,
  change: Modify | Retarget | Detach,
  permission: Permission,
  send: () => Promise<Outcome>,
): Promise<Outcome> {
  const outcome = await attempt(writer, change, permission, send);
  if (outcome.kind !== 'failed' || outcome.code !== 'denied') return outcome;
  const missing = await findMissing(writer, change.attachment);
  return missing === null ? outcome : toOutcome(missing, change, permission, writer.scope);
}

/** What EC2 says of a session that does not exist; `null`: it exists, or cannot be asked for. */
async function findMissing({ client }: Writer, session: AttachmentId): Promise<unknown> {
  try {
    await client.send(new DescribeTrafficMirrorSessionsCommand({ TrafficMirrorSessionIds: [session] }));
    return null;
  } catch (thrown) {
    return findRuling(toRefusal(thrown), 'detach')?.becomes === 'gone' ? thrown : null;
  }
}

const attach = (writer: Writer, change: Attach, owner: Owner): Promise<Outcome> =>
  attempt(writer, change, PERMISSIONS.createSession, async () => {
    const { target, filter, number, packetLength, virtualNetworkId } = change.to;
    const command = new CreateTrafficMirrorSessionCommand({
      NetworkInterfaceId: change.source,
      TrafficMirrorTargetId: target,
      TrafficMirrorFilterId: filter ?? undefined,
      SessionNumber: number ?? undefined,
      PacketLength: packetLength ?? undefined,
      VirtualNetworkId: virtualNetworkId ?? undefined,
      TagSpecifications: [
        {
          ResourceType: 'traffic-mirror-session',
          Tags: Object.entries(toMarkTags(owner)).map(([Key, Value]) => ({ Key, Value })),
        },
      ],
      // Never a digest of the contents: the token of a session that was deleted since would create nothing and say it did.
      ClientToken: writer.newToken(),
    });
    const { TrafficMirrorSession: session } = await writer.client.send(command);
    const id = session?.TrafficMirrorSessionId;
    if (id === undefined) {
      const detail = `CreateTrafficMirrorSession on ${change.source}: the answer names no session`;
      return { kind: 'failed', change, code: 'unexpected', detail };
    }
    return { kind: 'done', change, attachment: parseAttachmentId(id) };
  });

type Differences = Omit<ModifyTrafficMirrorSessionCommandInput, 'TrafficMirrorSessionId'>;

const REMOVABLE = [
  { key: 'packetLength', field: 'packet-length' },
  { key: 'virtualNetworkId', field: 'virtual-network-id' },
] as const satisfies readonly { key: keyof Settings; field: TrafficMirrorSessionField }[];

/** Only what differs: fields that others have set, such as the description, stay. */
function differencesOf(from: Settings, to: Settings): Differences {
  const removed = REMOVABLE.filter(({ key }) => from[key] !== null && to[key] === null).map(({ field }) => field);
  return {
    ...(from.target === to.target ? {} : { TrafficMirrorTargetId: to.target }),
    ...(from.filter === to.filter || to.filter === null ? {} : { TrafficMirrorFilterId: to.filter }),
    ...(from.number === to.number || to.number === null ? {} : { SessionNumber: to.number }),
    ...(from.packetLength === to.packetLength || to.packetLength === null ? {} : { PacketLength: to.packetLength }),
    ...(from.virtualNetworkId === to.virtualNetworkId || to.virtualNetworkId === null
      ? {}
      : { VirtualNetworkId: to.virtualNetworkId }),
    ...(removed.length === 0 ? {} : { RemoveFields: removed }),
  };
}

const modify = (writer: Writer, change: Modify | Retarget): Promise<Outcome> =>
  attemptOnOurs(writer, change, PERMISSIONS.modifySession, async () => {
    const differences = differencesOf(change.from, change.to);
    const input = { TrafficMirrorSessionId: change.attachment, ...differences };
    await writer.client.send(new ModifyTrafficMirrorSessionCommand(input));
    return { kind: 'done', change, attachment: change.attachment };
  });

const detach = (writer: Writer, change: Detach): Promise<Outcome> =>
  attemptOnOurs(writer, change, PERMISSIONS.deleteSession, async () => {
    await writer.client.send(new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId: change.attachment }));
    return { kind: 'done', change, attachment: change.attachment };
  });

/** Carries out one change by one call. It never throws for what AWS says. */
export function apply(writer: Writer, change: Change, owner: Owner): Promise<Outcome> {
  switch (change.kind) {
    case 'attach':
      return attach(writer, change, owner);
    case 'modify':
    case 'retarget':
      return modify(writer, change);
    case 'detach':
      return detach(writer, change);
  }
}
