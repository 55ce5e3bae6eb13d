import type {
  CreateTrafficMirrorFilterRequest,
  CreateTrafficMirrorFilterResult,
  DeleteTrafficMirrorFilterRequest,
  DescribeTrafficMirrorFiltersRequest,
  DescribeTrafficMirrorFiltersResult,
  ModifyTrafficMirrorFilterNetworkServicesRequest,
  ModifyTrafficMirrorFilterNetworkServicesResult,
} from '@aws-sdk/client-ec2';
import type { Action, Call } from '../call.ts';
import { invalidValue, refusal } from '../errors.ts';
import type { Attributes } from '../filters.ts';
import { toPredicate } from '../filters.ts';
import { getFilter, select } from '../get.ts';
import { once } from '../idempotency.ts';
import { checkAccountRoom } from '../limits.ts';
import { rulesOf, toFilterView } from '../mirror-view.ts';
import { toPage } from '../pages.ts';
import { asSeen } from '../region.ts';
import { newResourceId } from '../randomness.ts';
import type { MirrorFilter } from '../state.ts';
import { forgetTags, readSpecifications, replaceTags } from '../tagging.ts';

function createFilter(call: Call, request: CreateTrafficMirrorFilterRequest): CreateTrafficMirrorFilterResult {
  const tags = readSpecifications(request.TagSpecifications, ['traffic-mirror-filter']);
  checkAccountRoom('Filter', call.region.filters.size);
  const filter: MirrorFilter = {
    id: newResourceId(call.random, 'tmf'),
    sequence: call.region.nextSequence(),
    description: request.Description ?? null,
    networkServices: [],
  };
  call.region.filters.set(filter.id, filter);
  replaceTags(call, filter.id, tags.get('traffic-mirror-filter') ?? new Map());
  return { TrafficMirrorFilter: toFilterView(call.region, filter), ClientToken: request.ClientToken };
}

function deleteFilter({ region }: Call, { TrafficMirrorFilterId: id = '' }: DeleteTrafficMirrorFilterRequest): object {
  getFilter(region, id);
  const [user] = region.sessions.under('traffic-mirror-filter-id', id);
  if (user !== undefined) {
    throw refusal('TrafficMirrorFilterInUse', `The filter ${id} is in use by session ${user.id}`);
  }
  for (const rule of rulesOf(region, id)) {
    region.filterRules.delete(rule.id);
    forgetTags(region, rule.id);
  }
  region.filters.delete(id);
  forgetTags(region, id);
  return { TrafficMirrorFilterId: id };
}

/** The one network service that can be mirrored; it is off until it is asked for. */
const NETWORK_SERVICES: readonly string[] = ['amazon-dns'];

function modifyNetworkServices(
  call: Call,
  request: ModifyTrafficMirrorFilterNetworkServicesRequest,
): ModifyTrafficMirrorFilterNetworkServicesResult {
  const filter = getFilter(call.region, request.TrafficMirrorFilterId ?? '');
  const added: readonly string[] = request.AddNetworkServices ?? [];
  const removed: readonly string[] = request.RemoveNetworkServices ?? [];
  const stray = [...added, ...removed].find((service) => !NETWORK_SERVICES.includes(service));
  if (stray !== undefined) throw invalidValue(`Value (${stray}) for a network service is invalid.`);
  const networkServices = [...new Set([...filter.networkServices, ...added])].filter(
    (service) => !removed.includes(service),
  );
  const after = { ...filter, networkServices };
  call.region.filters.set(after.id, after);
  return { TrafficMirrorFilter: toFilterView(call.region, after) };
}

function describeFilters(call: Call, request: DescribeTrafficMirrorFiltersRequest): DescribeTrafficMirrorFiltersResult {
  const region = asSeen(call.region);
  const matches = toPredicate(request.Filters, ATTRIBUTES, null);
  const asked = { ids: request.TrafficMirrorFilterIds, filters: request.Filters };
  const filters = select(region.filters, 'tmf', asked).filter(matches);
  const page = toPage('DescribeTrafficMirrorFilters', request, filters);
  return {
    NextToken: page.NextToken,
    TrafficMirrorFilters: page.items.map((filter) => toFilterView(region, filter)),
  };
}

const ATTRIBUTES: Attributes<MirrorFilter> = {
  description: ({ description }) => [description ?? ''],
  'traffic-mirror-filter-id': ({ id }) => [id],
};

export const mirrorFilterActions = {
  CreateTrafficMirrorFilter: once('CreateTrafficMirrorFilter', createFilter),
  DeleteTrafficMirrorFilter: deleteFilter,
  DescribeTrafficMirrorFilters: describeFilters,
  ModifyTrafficMirrorFilterNetworkServices: modifyNetworkServices,
} satisfies Record<string, Action>;
