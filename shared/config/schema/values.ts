import * as v from 'valibot';
import { mustBe } from './section.ts';

/** Text of at least one character. */
export const text = (what: string) =>
  v.pipe(
    v.string(mustBe(what)),
    v.nonEmpty(mustBe(what)),
    v.maxLength(2048, mustBe(`${what} of at most 2048 characters`)),
  );

export const pattern = (what: string, regex: RegExp) => v.pipe(v.string(mustBe(what)), v.regex(regex, mustBe(what)));

export const wholeNumber = (from: number, to: number) => {
  const what = `a whole number from ${from} to ${to}`;
  return v.pipe(
    v.number(mustBe(what)),
    v.integer(mustBe(what)),
    v.minValue(from, mustBe(what)),
    v.maxValue(to, mustBe(what)),
  );
};

export const choice = <const Options extends readonly string[]>(...options: Options) =>
  v.picklist(options, mustBe(options.map((option) => `\`${option}\``).join(' or ')));

export const truth = () => v.boolean(mustBe('`true` or `false`'));

/** A list that is not empty. */
export const listOf = <Item extends v.GenericSchema>(item: Item, what: string) =>
  v.pipe(
    v.array(item, mustBe(what)),
    v.nonEmpty(() => `must be ${what}, not empty`),
  );

/**
 * The name of a destination or a pool. A tag's value can choose it: spaces and `+` separate names there, and AWS and Azure
 * both allow these characters in values.
 */
const NAME_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
const NAME =
  'a name of letters, digits, `.`, `_` and `-` that begins with a letter or digit and has at most 63 characters';

export const name = () => pattern(NAME, NAME_PATTERN);

export const names = () => listOf(name(), 'a list of destinations and pools, as [sensor-use1]');

/** A tag's name; AWS allows 128 characters, Azure 512. */
export const tagName = () =>
  v.pipe(
    v.string(mustBe("a tag's name")),
    v.nonEmpty(mustBe("a tag's name")),
    v.maxLength(512, mustBe("a tag's name of at most 512 characters")),
  );

/** A tag's value may be empty; AWS and Azure allow 256 characters. */
export const tagValue = () =>
  v.pipe(v.string(mustBe("a tag's value")), v.maxLength(256, mustBe("a tag's value of at most 256 characters")));
