/** What of a property's value is known: `any` where the model takes whatever is written. */
export type Kind = 'text' | 'number' | 'flag' | 'list' | 'object' | 'any';

/** What a provider's published model says of a resource, as deep as templates here go into it. */
export interface Model {
  readonly type: string;
  /** The package that the model is taken from, with its version, and its name there. */
  readonly from: string;
  /** The API version that the package speaks. */
  readonly version: string;
  /** The properties that may be written at each place, with their kinds: `location:text sku:object`. The root is `.`. */
  readonly places: Readonly<Record<string, string>>;
  /** The properties that have to be written at each place. */
  readonly required: Readonly<Record<string, string>>;
  /** The texts that are known for a property. */
  readonly values: Readonly<Record<string, readonly string[]>>;
}

/** The place of a property: `properties.probes[].name`. */
export const placeOf = (outer: string, name: string): string => (outer === '.' ? name : `${outer}.${name}`);

const kindsAt = ({ places }: Model, place: string): ReadonlyMap<string, string> =>
  new Map(
    (places[place] ?? '')
      .split(' ')
      .map((one) => [one.slice(0, one.lastIndexOf(':')), one.slice(one.lastIndexOf(':') + 1)]),
  );

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function kindOf(value: unknown): Kind | null {
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean') return 'flag';
  if (Array.isArray(value)) return 'list';
  return isObject(value) ? 'object' : null;
}

/** What of a body is not as the model has it: a sentence for each. */
export function misfitsOf(body: unknown, model: Model, place = '.'): readonly string[] {
  if (Array.isArray(body)) return body.flatMap((one) => misfitsOf(one, model, `${place}[]`));
  if (typeof body === 'string') {
    const known = model.values[place];
    return known === undefined || known.includes(body) ? [] : [`${place}: ${body} is none of ${known.join(', ')}`];
  }
  if (!isObject(body)) return [];
  if (model.places[place] === undefined) return [`${place} is nothing that models.json tells of`];
  const kinds = kindsAt(model, place);
  const missing = (model.required[place] ?? '').split(' ').filter((name) => name !== '' && !(name in body));
  return [
    ...missing.map((name) => `${placeOf(place, name)} is missing`),
    ...Object.entries(body).flatMap(([name, value]) => {
      const inner = placeOf(place, name);
      const kind = kinds.get(name);
      if (kind === undefined) return [`${inner} is no property that can be written`];
      if (kind === 'any') return [];
      return kind === kindOf(value) ? misfitsOf(value, model, inner) : [`${inner} is no ${kind}`];
    }),
  ];
}
