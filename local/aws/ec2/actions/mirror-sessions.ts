import type {
  CreateTrafficMirrorSessionRequest,
  CreateTrafficMirrorSessionResult,
  DeleteTrafficMirrorSessionRequest,
  DescribeTrafficMirrorSessionsRequest,
  DescribeTrafficMirrorSessionsResult,
  ModifyTrafficMirrorSessionRequest,
  ModifyTrafficMirrorSessionResult,
} from '@aws-sdk/client-ec2';
import type { Action, Call } from '../call.ts';
import { invalidValue } from '../errors.ts';
import type { Attributes } from '../filters.ts';
import { toPredicate } from '../filters.ts';
import { getFilter, getInterface, getSession, select } from '../get.ts';
import { once } from '../idempotency.ts';
import { checkAccountRoom } from '../limits.ts';
import { toSessionView } from '../mirror-view.ts';
import { toPage } from '../pages.ts';
import { newResourceId } from '../randomness.ts';
import { asSeen } from '../region.ts';
import {
  checkNumber,
  checkRoom,
  checkSource,
  checkTarget,
  toPacketLength,
  toVirtualNetworkId,
} from '../session-rules.ts';
import { getTargetInUse, getUsableTarget, sessionsOfOthers } from '../sharing.ts';
import type { MirrorSession } from '../state.ts';
import { forgetTags, readSpecifications, replaceTags } from '../tagging.ts';

function createSession(call: Call, request: CreateTrafficMirrorSessionRequest): CreateTrafficMirrorSessionResult {
  const { region } = call;
  const tags = readSpecifications(request.TagSpecifications, ['traffic-mirror-session']);
  const source = getInterface(region, request.NetworkInterfaceId ?? '');
  const placed = getUsableTarget(call, request.TrafficMirrorTargetId ?? '');
  const filter = getFilter(region, request.TrafficMirrorFilterId ?? '');
  const number = request.SessionNumber ?? 0;
  checkSource(region, source);
  checkNumber(call, source.id, number, null);
  checkRoom(call, source.id);
  checkAccountRoom('Session', region.sessions.size);
  checkTarget(call, placed, source.id);
  const session: MirrorSession = {
    id: newResourceId(call.random, 'tms'),
    sequence: region.nextSequence(),
    owner: call.account,
    interfaceId: source.id,
    targetId: placed.target.id,
    filterId: filter.id,
    number,
    packetLength: toPacketLength(placed.target, request.PacketLength),
    virtualNetworkId: toVirtualNetworkId(call, request.VirtualNetworkId),
    description: request.Description ?? null,
  };
  region.sessions.set(session.id, session);
  replaceTags(call, session.id, tags.get('traffic-mirror-session') ?? new Map());
  return { TrafficMirrorSession: toSessionView(region, session), ClientToken: request.ClientToken };
}

const REMOVABLE = ['packet-length', 'description', 'virtual-network-id'];

/** Changes what is given, and sets back to its default what is to be removed. The interface cannot be changed. */
function modifySession(call: Call, request: ModifyTrafficMirrorSessionRequest): ModifyTrafficMirrorSessionResult {
  const { region } = call;
  const before = getSession(region, request.TrafficMirrorSessionId ?? '');
  const removed: readonly string[] = request.RemoveFields ?? [];
  const stray = removed.find((field) => !REMOVABLE.includes(field));
  if (stray !== undefined) throw invalidValue(`Value (${stray}) for parameter removeField is invalid.`);
  const { TrafficMirrorTargetId: targetId = before.targetId } = request;
  const isMoved = targetId !== before.targetId;
  const placed = isMoved ? getUsableTarget(call, targetId) : getTargetInUse(call, targetId);
  const filter = getFilter(region, request.TrafficMirrorFilterId ?? before.filterId);
  const number = request.SessionNumber ?? before.number;
  checkNumber(call, before.interfaceId, number, before.id);
  if (isMoved) checkTarget(call, placed, before.interfaceId);
  const keptLength = removed.includes('packet-length') ? undefined : (before.packetLength ?? undefined);
  const keptVni = removed.includes('virtual-network-id') ? undefined : before.virtualNetworkId;
  const keptDescription = removed.includes('description') ? null : before.description;
  const after: MirrorSession = {
    ...before,
    targetId,
    filterId: filter.id,
    number,
    packetLength: toPacketLength(placed.target, request.PacketLength ?? keptLength),
    virtualNetworkId: toVirtualNetworkId(call, request.VirtualNetworkId ?? keptVni),
    description: request.Description ?? keptDescription,
  };
  region.sessions.set(after.id, after);
  return { TrafficMirrorSession: toSessionView(region, after) };
}

function deleteSession(
  { region }: Call,
  { TrafficMirrorSessionId: id = '' }: DeleteTrafficMirrorSessionRequest,
): object {
  getSession(region, id);
  region.sessions.delete(id);
  forgetTags(region, id);
  return { TrafficMirrorSessionId: id };
}

function describeSessions(
  call: Call,
  request: DescribeTrafficMirrorSessionsRequest,
): DescribeTrafficMirrorSessionsResult {
  const regions = new Map([call.region, ...call.neighbours].map((region) => [region.account, asSeen(region)]));
  const own = asSeen(call.region);
  const asked = { ids: request.TrafficMirrorSessionIds, filters: request.Filters };
  const matches = toPredicate(request.Filters, ATTRIBUTES, null);
  const sessions = select(own.sessions, 'tms', asked, sessionsOfOthers(call)).filter(matches);
  const page = toPage('DescribeTrafficMirrorSessions', request, sessions);
  return {
    NextToken: page.NextToken,
    TrafficMirrorSessions: page.items.map((session) => toSessionView(regions.get(session.owner) ?? own, session)),
  };
}

/** Sessions cannot be filtered by tag. */
const ATTRIBUTES: Attributes<MirrorSession> = {
  description: ({ description }) => [description ?? ''],
  'network-interface-id': ({ interfaceId }) => [interfaceId],
  'owner-id': ({ owner }) => [owner],
  'packet-length': ({ packetLength }) => (packetLength === null ? [] : [packetLength]),
  'session-number': ({ number }) => [number],
  'traffic-mirror-filter-id': ({ filterId }) => [filterId],
  'traffic-mirror-session-id': ({ id }) => [id],
  'traffic-mirror-target-id': ({ targetId }) => [targetId],
  'virtual-network-id': ({ virtualNetworkId }) => [virtualNetworkId],
};

export const mirrorSessionActions = {
  CreateTrafficMirrorSession: once('CreateTrafficMirrorSession', createSession),
  ModifyTrafficMirrorSession: modifySession,
  DeleteTrafficMirrorSession: deleteSession,
  DescribeTrafficMirrorSessions: describeSessions,
} satisfies Record<string, Action>;
