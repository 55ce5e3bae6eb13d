import { createHash } from 'node:crypto';
import { parseConfig } from '../shared/config/parse.ts';
import {
  parseAccountId,
  parseEndpointId,
  parseFilterId,
  parseMachineId,
  parseRegion,
  parseSourceId,
  parseTargetId,
} from '../shared/ids.ts';
import { ALWAYS_OPEN } from '../shared/plan/interruption.ts';
import { makePlan, type PlanInput } from '../shared/plan/plan.ts';
import { compileRules } from '../shared/rules/compile.ts';
import type { Filter, Machine, RulesVersion, Source, Tags, Target, World } from '../shared/words.ts';
import { seeded, type Pick } from './seeded.ts';
import { medianOf, toRow, type Row } from './table.ts';

const SOURCES = 100_000;
const RULES = 200;
const RUNS = 5;

const key = (pick: Pick): string => `key${pick(20)}`;
const value = (pick: Pick): string => `v${pick(10)}`;

/** A rule of three conditions, of the kinds that rules files are full of. */
const toRule = (pick: Pick, index: number) => ({
  name: `rule-${index}`,
  when: {
    all: [
      { tag: key(pick), equals: value(pick) },
      { tag: key(pick), in: [...new Set([value(pick), value(pick), value(pick)])] },
      { not: { tag: key(pick), in: [...new Set([value(pick), value(pick)])] } },
    ],
  },
  mirror: ['sensor'],
});

const toTags = (pick: Pick): Tags => Object.fromEntries(Array.from({ length: 8 }, () => [key(pick), value(pick)]));

const account = parseAccountId('123456789012');
const region = parseRegion('us-east-1');

function toMachine(pick: Pick, index: number): Machine {
  const common = { cloud: 'aws', account, region, resourceGroup: null, name: null, type: 'm7i.large' } as const;
  return {
    id: parseMachineId(`i-${index}`),
    ...common,
    tags: toTags(pick),
    state: 'running',
    availabilityGroup: null,
    stoppedAt: null,
  };
}

function toSource(index: number): Source {
  const place = {
    cloud: 'aws',
    account,
    region,
    zone: null,
    resourceGroup: null,
    network: null,
    subnet: null,
  } as const;
  const machine = parseMachineId(`i-${index}`);
  return {
    id: parseSourceId(`eni-${index}`),
    ...place,
    machine,
    isPrimary: true,
    tags: {},
    state: 'attached',
    unfit: null,
  };
}

const TARGET: Target = {
  id: parseTargetId('tmt-1'),
  cloud: 'aws',
  region,
  zone: null,
  reaches: parseEndpointId('arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/sensor/1'),
  unhealthy: null,
  unchecked: null,
  isChanging: false,
  capacity: null,
  load: 0,
};

const FILTER: Filter = { id: parseFilterId('tmf-1'), rules: [], mirrorsDns: false };

function toInput(): PlanInput {
  const pick = seeded(42);
  const rules = Array.from({ length: RULES }, (_, index) => toRule(pick, index));
  const sensor = { cloud: 'aws', region, target: TARGET.id, filter: FILTER.id, sessionNumber: 100 };
  const parsed = parseConfig(JSON.stringify({ version: 1, owner: 'bench', destinations: { sensor }, rules }));
  if (parsed.kind === 'invalid') throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
  const world: World = {
    scope: { cloud: 'aws', account, region },
    selection: { kind: 'everything' },
    machines: Array.from({ length: SOURCES }, (_, index) => toMachine(pick, index)),
    sources: Array.from({ length: SOURCES }, (_, index) => toSource(index)),
    attachments: [],
    targets: [TARGET],
    filters: [FILTER],
    incomplete: [],
  };
  return {
    world,
    aim: 'wished',
    config: parsed.config,
    ruleSet: compileRules(parsed.config),
    rulesVersion: 'bench' as RulesVersion,
    nowMs: 0,
    run: { kind: 'observe' },
    basis: 'scope',
    recent: new Set(),
    opening: ALWAYS_OPEN,
    refusals: [],
    hash: (text) => createHash('sha256').update(text).digest('hex'),
  };
}

/** Of one core: the processor time of this thread, whatever else the machine does. */
function secondsOf(run: () => unknown): number {
  const before = process.threadCpuUsage();
  run();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1e6;
}

/** How many sources of a scope are planned in a second on one core: rules, slots, guard and all. */
export function measurePlanning(): readonly Row[] {
  const input = toInput();
  const attaches = makePlan(input).changes.length;
  const speeds = Array.from({ length: RUNS }, () => SOURCES / secondsOf(() => makePlan(input)));
  const what = `plan ${SOURCES.toLocaleString('en-US')} sources by ${RULES} rules of three conditions (${attaches} attaches)`;
  return [toRow(what, medianOf(speeds), { least: 100_000 }, 'sources/s')];
}
