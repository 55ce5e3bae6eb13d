import type { Condition, Destination, Rule, RulesFile } from 'tapkeeper';

// Compiled by compile.test.ts, never run: the published types refuse what `tapkeeper validate` refuses, as far as types can.

const when: Condition = { tag: 'mirror' };
const target = { cloud: 'aws', region: 'us-east-1', target: 'tmt-0a', filter: 'tmf-0a', sessionNumber: 1 } as const;

export function theLeastIsAVersionAndAnOwner() {
  const least: RulesFile = { version: 1, owner: 'soc' };
  // @ts-expect-error: the mark is of somebody.
  const nobodys: RulesFile = { version: 1 };
  // @ts-expect-error: no other version of the format is known.
  const later: RulesFile = { version: 2, owner: 'soc' };
  // @ts-expect-error: an unknown key is a slip of the pen.
  const misspelt: RulesFile = { version: 1, owner: 'soc', rulez: [] };
  return [least, nobodys, later, misspelt];
}

export function aDestinationHasOneEntry() {
  const right: Destination = target;
  // @ts-expect-error: no entry.
  const none: Destination = { cloud: 'aws', region: 'us-east-1', filter: 'tmf-0a', sessionNumber: 1 };
  // @ts-expect-error: two.
  const two: Destination = { ...target, networkInterface: 'eni-0a' };
  // @ts-expect-error: the other cloud's.
  const others: Destination = { ...target, virtualNetworkTap: 'tap' };
  return [right, none, two, others];
}

export function aRuleMirrorsOrNeverDoes() {
  const mirrors: Rule = { name: 'r', when, mirror: ['s'] };
  const never: Rule = { name: 'r', when, never: true };
  // @ts-expect-error: neither.
  const neither: Rule = { name: 'r', when };
  // @ts-expect-error: both.
  const both: Rule = { name: 'r', when, mirror: ['s'], never: true };
  // @ts-expect-error: towards nothing.
  const nowhere: Rule = { name: 'r', when, mirror: [] };
  return [mirrors, never, neither, both, nowhere];
}

export function aConditionAsksOneThing() {
  const nested: Condition = { all: [{ not: { any: [when] } }, { cloud: ['aws'] }] };
  // @ts-expect-error: two kinds of one condition.
  const two: Condition = { tag: 'a', equals: 'b', glob: 'c' };
  // @ts-expect-error: an unknown key deep down.
  const deep: Condition = { all: [{ tag: 'a', equal: 'b' }] };
  // @ts-expect-error: all of nothing.
  const empty: Condition = { all: [] };
  return [nested, two, deep, empty];
}
