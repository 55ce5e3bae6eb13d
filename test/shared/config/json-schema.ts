import { toJsonSchema } from '@valibot/to-json-schema';
import { ENTRY_KEYS } from '../../../shared/config/schema/entries.ts';
import { RulesFileSchema } from '../../../shared/config/schema/rules-file.ts';

/** Keys of one map of which exactly one is there; the check of the parser that says so has no place in a schema. */
const EXACTLY_ONE: readonly (readonly string[])[] = [ENTRY_KEYS.aws, ENTRY_KEYS.azure, ['mirror', 'never']];
const AT_MOST_ONE: readonly (readonly string[])[] = [['equals', 'in', 'glob']];

/** The rules file as a JSON Schema, for editors. */
export function rulesFileJsonSchema(): object {
  const schema = toJsonSchema(RulesFileSchema, {
    target: 'draft-2020-12',
    // Maps are told from lists before their keys are looked at; only the latter is in a schema.
    typeMode: 'output',
    ignoreActions: ['raw_check', 'check'],
    overrideSchema: ({ valibotSchema, jsonSchema }) =>
      valibotSchema.type === 'loose_object' ? toStrict({ ...jsonSchema }) : undefined,
  });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'A rules file of tapkeeper: which traffic is mirrored to which sensors',
    ...schema,
  };
}

function toStrict(object: { readonly properties?: object | undefined }): object {
  const keys = Object.keys(object.properties ?? {});
  const hasAll = (group: readonly string[]): boolean => group.every((key) => keys.includes(key));
  const oneOf = EXACTLY_ONE.filter(hasAll).flatMap((group) => group.map((key) => ({ required: [key] })));
  const allOf = AT_MOST_ONE.filter(hasAll).flatMap((group) =>
    group.flatMap((one, at) => group.slice(0, at).map((other) => ({ not: { required: [other, one] } }))),
  );
  return {
    ...object,
    additionalProperties: false,
    ...(oneOf.length > 0 ? { oneOf } : {}),
    ...(allOf.length > 0 ? { allOf } : {}),
  };
}
