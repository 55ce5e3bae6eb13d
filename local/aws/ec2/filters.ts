import { invalidValue, refusal } from './errors.ts';
import type { Filter } from '@aws-sdk/client-ec2';

/** How the values of each filter are read off an item. */
export type Attributes<Item> = Readonly<Record<string, (item: Item) => readonly unknown[]>>;

/** Filter values of one request: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html. */
const MOST_VALUES = 200;

/** The test that a request's filters make. Filters are joined by AND, the values of one by OR. @throws Refusal */
export function toPredicate<Item>(
  filters: readonly Filter[] | undefined,
  attributes: Attributes<Item>,
  tagsOf: ((item: Item) => ReadonlyMap<string, string>) | null,
): (item: Item) => boolean {
  const count = (filters ?? []).reduce((sum, { Values }) => sum + (Values?.length ?? 0), 0);
  if (count > MOST_VALUES) {
    throw refusal(
      'FilterLimitExceeded',
      `The maximum number of filter values specified on a single call is ${MOST_VALUES}`,
    );
  }
  const tests = (filters ?? []).map((filter) => toTest(filter, attributes, tagsOf));
  return (item) => tests.every((test) => test(item));
}

function toTest<Item>(
  { Name: name = '', Values: values }: Filter,
  attributes: Attributes<Item>,
  tagsOf: ((item: Item) => ReadonlyMap<string, string>) | null,
): (item: Item) => boolean {
  const read = findReader(name, attributes, tagsOf);
  if (read === null) throw invalidValue(`The filter '${name}' is invalid`);
  if (values === undefined || values.length === 0) throw invalidValue(`The filter '${name}' has no value`);
  const patterns = values.map(toMatcher);
  return (item) => read(item).some((value) => patterns.some((matches) => matches(String(value))));
}

function findReader<Item>(
  name: string,
  attributes: Attributes<Item>,
  tagsOf: ((item: Item) => ReadonlyMap<string, string>) | null,
): ((item: Item) => readonly unknown[]) | null {
  if (tagsOf !== null && name === 'tag-key') return (item) => [...tagsOf(item).keys()];
  if (tagsOf !== null && name.startsWith('tag:')) {
    const key = name.slice('tag:'.length);
    return (item) => [tagsOf(item).get(key) ?? []].flat();
  }
  return Object.hasOwn(attributes, name) ? (attributes[name] ?? null) : null;
}

/** `*` stands for any text and `?` for one character, unless a backslash is before it. Values are case-sensitive. */
function toMatcher(pattern: string): (value: string) => boolean {
  if (isLiteral(pattern)) return (value) => value === pattern;
  const source = pattern.replace(/\\([\s\S])|[\s\S]/g, (part, escaped: string | undefined) => {
    if (escaped !== undefined) return quote(escaped);
    return part === '*' ? '[\\s\\S]*' : part === '?' ? '[\\s\\S]' : quote(part);
  });
  const expression = new RegExp(`^${source}$`);
  return (value) => expression.test(value);
}

/** Whether a value stands for itself only. */
export const isLiteral = (value: string): boolean => !/[*?\\]/.test(value);

const quote = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
