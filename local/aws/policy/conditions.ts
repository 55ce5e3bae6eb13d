import { isArnLike, toPattern } from './pattern.ts';

/**
 * What is known of one check: condition keys, lower-cased because their case is not looked at, with one value or several.
 * A key without a value is not there.
 */
export type Context = ReadonlyMap<string, string | readonly string[]>;

/** Operators with keys and the values of each, as a policy writes them. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

type Matches = (wanted: string, given: string) => boolean;

const equals: Matches = (wanted, given) => wanted === given;
const equalsFolded: Matches = (wanted, given) => wanted.toLowerCase() === given.toLowerCase();
const isLike: Matches = (wanted, given) => toPattern(wanted).test(given);

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const OPERATORS: Readonly<Record<string, { readonly matches: Matches; readonly isNegated: boolean }>> = {
  StringEquals: { matches: equals, isNegated: false },
  StringNotEquals: { matches: equals, isNegated: true },
  StringEqualsIgnoreCase: { matches: equalsFolded, isNegated: false },
  StringNotEqualsIgnoreCase: { matches: equalsFolded, isNegated: true },
  StringLike: { matches: isLike, isNegated: false },
  StringNotLike: { matches: isLike, isNegated: true },
  ArnEquals: { matches: isArnLike, isNegated: false },
  ArnLike: { matches: isArnLike, isNegated: false },
  ArnNotEquals: { matches: isArnLike, isNegated: true },
  ArnNotLike: { matches: isArnLike, isNegated: true },
  Bool: { matches: equalsFolded, isNegated: false },
};

const toList = (values: string | readonly string[]): readonly string[] =>
  typeof values === 'string' ? [values] : values;

/** `ForAllValues:StringEqualsIfExists` in its three parts. */
function readOperator(text: string) {
  const [, set = null, name = '', ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(.+?)(IfExists)?$/.exec(text) ?? [];
  return { set, name, passesMissing: ifExists !== undefined };
}

/**
 * Several values of a key need a set operator: without one IAM's answer is not told, so it is refused here
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html).
 */
function holds(text: string, key: string, wanted: readonly string[], context: Context): boolean {
  const { set, name, passesMissing } = readOperator(text);
  const given = context.get(key.toLowerCase());
  if (name === 'Null') return wanted.includes(String(given === undefined));
  const operator = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  if (operator === undefined) throw new Error(`reading a policy: the operator ${text} is not known to the local cloud`);
  const { matches, isNegated } = operator;
  const isRight = (value: string): boolean => wanted.some((one) => matches(one, value)) !== isNegated;
  if (set === 'ForAllValues') return toList(given ?? []).every(isRight);
  if (set === 'ForAnyValue') return toList(given ?? []).some(isRight);
  if (given === undefined) return isNegated || passesMissing;
  if (typeof given !== 'string') throw new Error(`reading a policy: ${key} has several values; write a set operator`);
  return isRight(given);
}

/** Whether all conditions of a statement hold. @throws Error for an operator that is not known. */
export const hold = (conditions: Conditions, context: Context): boolean =>
  Object.entries(conditions)
    .flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, wanted]) => holds(operator, key, toList(wanted), context)),
    )
    .every(Boolean);
