import type {
  CreateTrafficMirrorFilterRuleRequest,
  CreateTrafficMirrorFilterRuleResult,
  DeleteTrafficMirrorFilterRuleRequest,
  DescribeTrafficMirrorFilterRulesRequest,
  DescribeTrafficMirrorFilterRulesResult,
  ModifyTrafficMirrorFilterRuleRequest,
  ModifyTrafficMirrorFilterRuleResult,
  TrafficMirrorPortRangeRequest,
} from '@aws-sdk/client-ec2';
import { isIP } from 'node:net';
import type { Action, Call } from '../call.ts';
import { invalidValue, refusal } from '../errors.ts';
import type { Attributes } from '../filters.ts';
import { toPredicate } from '../filters.ts';
import { getFilter, getFilterRule, select } from '../get.ts';
import { once } from '../idempotency.ts';
import { rulesOf, toRuleView } from '../mirror-view.ts';
import { toPage } from '../pages.ts';
import { newResourceId } from '../randomness.ts';
import type { RegionState } from '../region.ts';
import { asSeen } from '../region.ts';
import type { MirrorFilterRule, PortRange } from '../state.ts';
import { forgetTags, readSpecifications, replaceTags } from '../tagging.ts';

/** https://docs.aws.amazon.com/vpc/latest/mirroring/traffic-mirroring-quotas.html */
const MOST_RULES = 10;

function createRule(call: Call, request: CreateTrafficMirrorFilterRuleRequest): CreateTrafficMirrorFilterRuleResult {
  const { region } = call;
  const tags = readSpecifications(request.TagSpecifications, ['traffic-mirror-filter-rule']);
  const filter = getFilter(region, request.TrafficMirrorFilterId ?? '');
  if (rulesOf(region, filter.id).length >= MOST_RULES) {
    throw refusal(
      'TrafficMirrorFilterRuleLimitExceeded',
      `Rules per filter limit reached (${MOST_RULES}) for ${filter.id}`,
    );
  }
  const rule: MirrorFilterRule = {
    id: newResourceId(call.random, 'tmfr'),
    sequence: region.nextSequence(),
    filterId: filter.id,
    direction: readOneOf(request.TrafficDirection, ['ingress', 'egress'], 'trafficDirection'),
    number: request.RuleNumber ?? 0,
    action: readOneOf(request.RuleAction, ['accept', 'reject'], 'ruleAction'),
    protocol: request.Protocol ?? null,
    sourceCidr: readCidr(request.SourceCidrBlock),
    destinationCidr: readCidr(request.DestinationCidrBlock),
    sourcePorts: readPorts(request.SourcePortRange),
    destinationPorts: readPorts(request.DestinationPortRange),
    description: request.Description ?? null,
  };
  checkNumber(region, rule);
  region.filterRules.set(rule.id, rule);
  replaceTags(call, rule.id, tags.get('traffic-mirror-filter-rule') ?? new Map());
  return { TrafficMirrorFilterRule: toRuleView(call.region, rule), ClientToken: request.ClientToken };
}

function modifyRule(call: Call, request: ModifyTrafficMirrorFilterRuleRequest): ModifyTrafficMirrorFilterRuleResult {
  const before = getFilterRule(call.region, request.TrafficMirrorFilterRuleId ?? '');
  const removed: readonly string[] = request.RemoveFields ?? [];
  const keep = <T>(field: string, held: T): T | null => (removed.includes(field) ? null : held);
  const after: MirrorFilterRule = {
    ...before,
    direction: readOneOf(request.TrafficDirection ?? before.direction, ['ingress', 'egress'], 'trafficDirection'),
    number: request.RuleNumber ?? before.number,
    action: readOneOf(request.RuleAction ?? before.action, ['accept', 'reject'], 'ruleAction'),
    protocol: request.Protocol ?? keep('protocol', before.protocol),
    sourceCidr: readCidr(request.SourceCidrBlock ?? before.sourceCidr),
    destinationCidr: readCidr(request.DestinationCidrBlock ?? before.destinationCidr),
    sourcePorts: readPorts(request.SourcePortRange) ?? keep('source-port-range', before.sourcePorts),
    destinationPorts:
      readPorts(request.DestinationPortRange) ?? keep('destination-port-range', before.destinationPorts),
    description: request.Description ?? keep('description', before.description),
  };
  checkNumber(call.region, after);
  call.region.filterRules.set(after.id, after);
  return { TrafficMirrorFilterRule: toRuleView(call.region, after) };
}

function checkNumber(region: RegionState, rule: MirrorFilterRule): void {
  if (rule.number < 1 || rule.number > 32_766) {
    throw invalidValue(`Value (${rule.number}) for parameter ruleNumber is invalid. Valid values are 1-32766.`);
  }
  const taken = rulesOf(region, rule.filterId).find(
    (other) => other.id !== rule.id && other.direction === rule.direction && other.number === rule.number,
  );
  if (taken !== undefined) throw invalidValue(`Rule number ${rule.number} is already being used by ${taken.id}`);
}

function readOneOf<Word extends string>(given: string | undefined, words: readonly Word[], name: string): Word {
  const word = words.find((candidate) => candidate === given);
  if (word === undefined) throw invalidValue(`Value (${given}) for parameter ${name} is invalid.`);
  return word;
}

function readCidr(given: string | undefined): string {
  const [address = '', length = ''] = given?.split('/') ?? [];
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  if (given !== undefined && /^\d{1,3}$/.test(length) && Number(length) <= bits) return given;
  throw invalidValue(`Value (${given}) for a CIDR block is invalid.`);
}

function readPorts(given: TrafficMirrorPortRangeRequest | undefined): PortRange | null {
  if (given?.FromPort === undefined || given.ToPort === undefined) return null;
  const { FromPort, ToPort } = given;
  if (FromPort < 0 || ToPort > 65_535 || FromPort > ToPort) {
    throw invalidValue(`The port range ${FromPort}-${ToPort} is invalid.`);
  }
  return { FromPort, ToPort };
}

function deleteRule(
  { region }: Call,
  { TrafficMirrorFilterRuleId: id = '' }: DeleteTrafficMirrorFilterRuleRequest,
): object {
  getFilterRule(region, id);
  region.filterRules.delete(id);
  forgetTags(region, id);
  return { TrafficMirrorFilterRuleId: id };
}

function describeRules(
  call: Call,
  request: DescribeTrafficMirrorFilterRulesRequest,
): DescribeTrafficMirrorFilterRulesResult {
  const matches = toPredicate(request.Filters, ATTRIBUTES, null);
  const region = asSeen(call.region);
  const asked = { ids: request.TrafficMirrorFilterRuleIds, filters: request.Filters };
  const rules = select(region.filterRules, 'tmfr', asked)
    .filter(({ filterId }) => request.TrafficMirrorFilterId === undefined || filterId === request.TrafficMirrorFilterId)
    .filter(matches);
  const page = toPage('DescribeTrafficMirrorFilterRules', request, rules);
  return { NextToken: page.NextToken, TrafficMirrorFilterRules: page.items.map((rule) => toRuleView(region, rule)) };
}

const ATTRIBUTES: Attributes<MirrorFilterRule> = {
  'traffic-mirror-filter-rule-id': ({ id }) => [id],
  'traffic-mirror-filter-id': ({ filterId }) => [filterId],
  'rule-number': ({ number }) => [number],
  'rule-action': ({ action }) => [action],
  'traffic-direction': ({ direction }) => [direction],
  'source-cidr-block': ({ sourceCidr }) => [sourceCidr],
  'destination-cidr-block': ({ destinationCidr }) => [destinationCidr],
  protocol: ({ protocol }) => (protocol === null ? [] : [protocol]),
  description: ({ description }) => [description ?? ''],
};

export const mirrorFilterRuleActions = {
  CreateTrafficMirrorFilterRule: once('CreateTrafficMirrorFilterRule', createRule),
  ModifyTrafficMirrorFilterRule: modifyRule,
  DeleteTrafficMirrorFilterRule: deleteRule,
  DescribeTrafficMirrorFilterRules: describeRules,
} satisfies Record<string, Action>;
