import { compileGlob } from '../../rules/glob.ts';
import type { Condition } from '../config.ts';
import { demandsOf, type Demand } from './children.ts';

/**
 * Why a condition can never hold, or `null` when it might. Only what is certain counts: each tag has one value or none, and so
 * has each attribute; names that differ in case only are taken for two, for on AWS they are.
 */
export const findContradiction = (condition: Condition): string | null => findContradictionIn(demandsOf(condition));

const findContradictionIn = (demands: readonly Demand[]): string | null =>
  findClash(demands) ?? findHopelessAny(demands);

/** Demands of one tag or attribute that no single value meets. */
function findClash(demands: readonly Demand[]): string | null {
  const bySubject = Map.groupBy(demands, ({ condition }) => findSubject(condition));
  for (const [subject, about] of bySubject) {
    if (subject !== null && isClash(about)) return `no value of ${subject} meets all that it wants`;
  }
  return null;
}

function isClash(about: readonly Demand[]): boolean {
  const candidates = about.find(({ holds, condition }) => holds && valuesOf(condition) !== null);
  if (candidates === undefined) {
    const isAbsent = about.some(({ holds, condition }) => !holds && condition.kind === 'tag-exists');
    return isAbsent && about.some(({ holds }) => holds);
  }
  const values = valuesOf(candidates.condition) ?? [];
  return !values.some((value) => about.every(({ holds, condition }) => meets(condition, value) === holds));
}

/** An `any` of which no branch can hold together with what else is demanded of tags and attributes. */
function findHopelessAny(demands: readonly Demand[]): string | null {
  const plain = demands.filter(({ condition }) => findSubject(condition) !== null);
  const isHopeless = (branch: Condition): boolean => findContradictionIn([...demandsOf(branch), ...plain]) !== null;
  const hopeless = demands.some(
    ({ holds, condition }) => holds && condition.kind === 'any' && condition.of.every(isHopeless),
  );
  return hopeless ? 'none of the conditions under `any` can hold' : null;
}

function findSubject(condition: Condition): string | null {
  switch (condition.kind) {
    case 'tag-exists':
    case 'tag-in':
    case 'tag-glob':
      return `tag \`${condition.tag}\``;
    case 'attribute':
      return `\`${condition.attribute}\``;
    case 'all':
    case 'any':
    case 'not':
      return null;
  }
}

const valuesOf = (condition: Condition): readonly string[] | null =>
  condition.kind === 'tag-in' || condition.kind === 'attribute' ? condition.values : null;

/** Whether a value of the condition's own tag or attribute meets it. */
function meets(condition: Condition, value: string): boolean {
  switch (condition.kind) {
    case 'tag-exists':
      return true;
    case 'tag-in':
      return condition.values.includes(value);
    case 'tag-glob':
      return compileGlob(condition.glob)(value);
    case 'attribute':
      return condition.values.some((one) => loosely(one) === loosely(value));
    case 'all':
    case 'any':
    case 'not':
      return false;
  }
}

/** At least as loosely as attributes are compared when rules are evaluated: without case, spaces and slashes. */
const loosely = (value: string): string => value.toLowerCase().replaceAll(/[\s/]/g, '');
