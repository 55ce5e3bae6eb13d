import type { Condition, Config, Rule } from '../../../shared/config/config.ts';
import { findOwner, parseDestinationName, parseRuleName } from '../../../shared/ids.ts';
import { compileRules } from '../../../shared/rules/compile.ts';
import { evaluate } from '../../../shared/rules/evaluate.ts';
import type { Evaluation } from '../../../shared/rules/evaluation.ts';
import type { Cloud, Machine, Owner, Source, Tags } from '../../../shared/words.ts';
import { toWorld } from '../../world.ts';

export const NOW_MS = Date.UTC(2030, 0, 1);

/** A source and its machine, `null` for none; what is left out is what most have. */
export interface Thing {
  readonly source: Source;
  readonly machine: Machine | null;
}

interface ThingSketch {
  readonly cloud?: Cloud;
  /** The machine's. */
  readonly tags?: Tags;
  /** The interface's own. */
  readonly own?: Tags;
  readonly source?: Partial<Source>;
  readonly machine?: Partial<Machine> | null;
}

const IDS = { aws: ['eni-1', 'i-1'], azure: ['/nics/one', '/vms/one'] } as const;

export function thing({ cloud = 'aws', tags = {}, own = {}, source, machine }: ThingSketch = {}): Thing {
  const [sourceId, machineId] = IDS[cloud];
  const { sources, machines } = toWorld({
    cloud,
    sources: [{ id: sourceId, machine: machineId, tags: own }],
    machines: [{ id: machineId, tags }],
  });
  const [oneSource, oneMachine] = [sources[0], machines[0]];
  if (oneSource === undefined || oneMachine === undefined) throw new Error('the sketch makes one of each');
  return {
    source: { ...oneSource, ...source, machine: machine === null ? null : oneMachine.id },
    machine: machine === null ? null : { ...oneMachine, ...machine },
  };
}

/** A rule that asks for `sensor`, but for what is said. */
export const rule = (name: string, when: Condition, rest: Partial<Rule> = {}): Rule => ({
  name: parseRuleName(name),
  when,
  interfaces: 'all',
  effect: mirror(),
  ...rest,
});

type Mirror = Extract<Rule['effect'], { readonly kind: 'mirror' }>;

export const mirror = (rest: Partial<Mirror> = {}): Mirror => ({
  kind: 'mirror',
  to: { kind: 'names', names: [parseDestinationName('sensor')] },
  isRequired: false,
  untilTag: null,
  ...rest,
});

export const NEVER: Rule['effect'] = { kind: 'never' };

export const toConfig = (rules: readonly Rule[]): Config => ({
  version: 1,
  owner: findOwner('soc') as Owner,
  formerOwners: [],
  policy: 'sync',
  guard: { count: 20, percent: 10 },
  interruption: { inFlight: 5, settleSeconds: 30, windows: [] },
  slots: 3,
  graceHours: 72,
  destinations: [],
  pools: [],
  rules,
});

export const ask = ({ source, machine }: Thing, ...rules: readonly Rule[]): Evaluation =>
  evaluate(compileRules(toConfig(rules)), source, machine, NOW_MS);

export const holds = (condition: Condition, one: Thing): boolean => ask(one, rule('it', condition)).asks.length > 0;
