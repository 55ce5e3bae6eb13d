/** The filter of an event subscription, as its resource takes it. */
export interface EventFilter {
  readonly includedEventTypes?: readonly string[];
  readonly subjectBeginsWith?: string;
  readonly subjectEndsWith?: string;
  readonly isSubjectCaseSensitive?: boolean;
  readonly advancedFilters?: readonly AdvancedFilter[];
}

export interface AdvancedFilter {
  readonly operatorType: string;
  readonly key: string;
  readonly values: readonly string[];
}

type Compare = (actual: string, wanted: string) => boolean;

const COMPARE: Readonly<Record<string, Compare>> = {
  in: (actual, wanted) => actual === wanted,
  contains: (actual, wanted) => actual.includes(wanted),
  beginswith: (actual, wanted) => actual.startsWith(wanted),
  endswith: (actual, wanted) => actual.endsWith(wanted),
};

/** `StringNotBeginsWith` is the comparison `beginswith`, negated. */
function parseOperator(operatorType: string): { readonly compare: Compare; readonly isNegated: boolean } {
  const match = /^String(Not)?(In|Contains|BeginsWith|EndsWith)$/i.exec(operatorType);
  const compare = COMPARE[match?.[2]?.toLowerCase() ?? ''];
  if (compare === undefined)
    throw new Error(
      `Filter events: the operator ${operatorType} is not part of the local Event Grid, which knows the String operators.`,
    );
  return { compare, isNegated: match?.[1] !== undefined };
}

/** The envelope's properties go by other names in the two schemas; a filter's key means both. */
const ALIASES: Readonly<Record<string, string>> = {
  eventtype: 'type',
  type: 'eventType',
  topic: 'source',
  source: 'topic',
};

function findProperty(record: unknown, name: string): unknown {
  if (typeof record !== 'object' || record === null) return undefined;
  const key = Object.keys(record).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : (record as Record<string, unknown>)[key];
}

function findValue(event: unknown, key: string): string | null {
  const [first = '', ...rest] = key.split('.');
  const outer = findProperty(event, first) ?? findProperty(event, ALIASES[first.toLowerCase()] ?? first);
  const value = rest.reduce<unknown>((inner, name) => findProperty(inner, name), outer);
  return typeof value === 'string' ? value : null;
}

/**
 * Comparisons of text are case-insensitive; a missing key fails a filter and passes its negation; the values of a filter are
 * alternatives, the filters of a subscription all have to pass (https://learn.microsoft.com/azure/event-grid/event-filtering).
 */
function passes(event: unknown, { operatorType, key, values }: AdvancedFilter): boolean {
  const { compare, isNegated } = parseOperator(operatorType);
  const actual = findValue(event, key)?.toLowerCase() ?? null;
  const isAny = actual !== null && values.some((wanted) => compare(actual, wanted.toLowerCase()));
  return isAny !== isNegated;
}

function subjectPasses(event: unknown, filter: EventFilter): boolean {
  const fold = (text: string): string => (filter.isSubjectCaseSensitive === true ? text : text.toLowerCase());
  const subject = fold(findValue(event, 'subject') ?? '');
  return (
    subject.startsWith(fold(filter.subjectBeginsWith ?? '')) && subject.endsWith(fold(filter.subjectEndsWith ?? ''))
  );
}

/** Whether an event subscription with this filter is given the event. */
export function matches(event: unknown, filter: EventFilter): boolean {
  const type = findValue(event, 'eventType')?.toLowerCase() ?? '';
  const isIncluded =
    filter.includedEventTypes === undefined ||
    filter.includedEventTypes.some((included) => included.toLowerCase() === type);
  return (
    isIncluded && subjectPasses(event, filter) && (filter.advancedFilters ?? []).every((one) => passes(event, one))
  );
}
