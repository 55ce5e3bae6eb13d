import { expectTypeOf } from 'vitest';
import type { FAULTS, FaultCode, Remedy } from '../../shared/fault.ts';
import { parseMachineId, parseSourceId } from '../../shared/ids.ts';
import type { Attach, Change, Detach, Hold, Plan, Run } from '../../shared/plan/change.ts';
import type { Deps } from '../../shared/ports.ts';
import type { Work } from '../../shared/work.ts';
import type { Digest, MachineId, Mark, Scope, Selection, SourceId, Subject, World } from '../../shared/words.ts';

// Compiled by compile.test.ts, never run. Each `@ts-expect-error` is an impossible state: the day it compiles, its directive is
// unused, which is an error.

const source = parseSourceId('eni-1');
const machine = parseMachineId('i-1');

export function idsAreMadeByParseFunctionsOnly() {
  // @ts-expect-error: a string is not an id.
  const unparsed: SourceId = 'eni-1';
  // @ts-expect-error: one kind of id is not another.
  const confused: MachineId = source;
  expectTypeOf<string>().not.toExtend<SourceId>();
  expectTypeOf<SourceId>().toExtend<string>();
  return [unparsed, confused];
}

export function aSelectionIsNeverOfNothing() {
  // @ts-expect-error: nothing selected would be read as either nothing or everything.
  const empty: Selection = { kind: 'subjects', subjects: [] };
  // @ts-expect-error: a list of unknown length may be empty.
  const maybeEmpty: Selection = { kind: 'subjects', subjects: [] as Subject[] };
  // @ts-expect-error: everything has no list beside it.
  const both: Selection = { kind: 'everything', subjects: [{ kind: 'machine', id: machine }] };
  const one: Selection = { kind: 'subjects', subjects: [{ kind: 'machine', id: machine }] };
  return [empty, maybeEmpty, both, one];
}

export function aSubjectIsNamedByTheIdOfItsKind(): Subject {
  // @ts-expect-error: a source's id does not name a machine.
  return { kind: 'machine', id: source };
}

export function thePermissionToActIsOne() {
  // @ts-expect-error: to observe permits nothing, so there is nothing to lift.
  const observing: Run = { kind: 'observe', seen: null, lift: ['all'] };
  // @ts-expect-error: whether anybody saw the plan must be said.
  const unsaid: Run = { kind: 'enforce', lift: [] };
  // @ts-expect-error: a trip of the guard is lifted by its name.
  const wholesale: Run = { kind: 'enforce', seen: null, lift: ['everything'] };
  // @ts-expect-error: what was seen are digests, not any text.
  const text: Run = { kind: 'enforce', seen: 'looks right', lift: [] };
  expectTypeOf<Extract<Run, { kind: 'enforce' }>['seen']>().toEqualTypeOf<readonly Digest[] | null>();
  expectTypeOf<Plan>().not.toHaveProperty('run');
  expectTypeOf<ReturnType<Deps['mode']>>().toEqualTypeOf<'observe' | 'enforce' | 'paused'>();
  return [observing, unsaid, wholesale, text];
}

export function aScopeHasARegionOnAwsAndNoneOnAzure() {
  expectTypeOf<Extract<Scope, { cloud: 'azure' }>['region']>().toEqualTypeOf<null>();
  expectTypeOf<Extract<Scope, { cloud: 'aws' }>['region']>().not.toExtend<null>();
}

export function aChangeIsOneOfAClosedSetOfVerbs() {
  expectTypeOf<Change['kind']>().toEqualTypeOf<'attach' | 'modify' | 'retarget' | 'detach'>();
  expectTypeOf<Attach>().not.toHaveProperty('attachment');
  expectTypeOf<Detach>().not.toHaveProperty('to');
}

export function aPlannedChangeCannotBeAltered(change: Detach) {
  // @ts-expect-error: a plan is plain, frozen data.
  change.because = 'unwished';
}

type OptionalKeys<T> = { [K in keyof T]-?: object extends Pick<T, K> ? K : never }[keyof T];

export function nothingIsOptionalSoAThingIsThereOrNull() {
  expectTypeOf<OptionalKeys<World>>().toEqualTypeOf<never>();
  expectTypeOf<OptionalKeys<Plan>>().toEqualTypeOf<never>();
  expectTypeOf<OptionalKeys<Hold>>().toEqualTypeOf<never>();
  expectTypeOf<OptionalKeys<Attach>>().toEqualTypeOf<never>();
  expectTypeOf<OptionalKeys<Deps>>().toEqualTypeOf<never>();
}

export function aMarkSaysOwnerAndVersionAndNothingElse() {
  expectTypeOf<keyof Mark>().toEqualTypeOf<'owner' | 'version'>();
}

export function workOnAQueueCarriesIdentitiesNeverState() {
  expectTypeOf<keyof Extract<Work, { kind: 'look' }>>().toEqualTypeOf<
    'kind' | 'scope' | 'subjects' | 'run' | 'correlation' | 'since' | 'hook' | 'isRestart' | 'askedBy' | 'waiting'
  >();
}

export function aFaultHasOneRemedy() {
  expectTypeOf<(typeof FAULTS)[FaultCode]>().toEqualTypeOf<Remedy>();
}
