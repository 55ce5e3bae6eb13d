import type { NormalizedSchema } from '@smithy/core/schema';
import { queryName, responseName } from '../model.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * The traffic mirror actions are recorded as their XML reads when it is turned into JSON: wrapped in the name of the
 * message, one element as an object, several as an array, an empty list as an empty text, text of digits as a number.
 */
export const toWrappedRequest = (action: string, schema: NormalizedSchema, request: Json): Json => ({
  [`${action}Request`]: withoutControls(toRequest(schema, request)),
});

/** Whether a call is a dry run shows in its error code only. */
const withoutControls = (recorded: Json): Json =>
  Object.fromEntries(Object.entries(recorded).filter(([name]) => name !== 'DryRun'));

function toRequest(schema: NormalizedSchema, value: Json): Record<string, unknown> {
  const recorded: Record<string, unknown> = {};
  for (const [member, memberSchema] of schema.structIterator()) {
    const held = value[member];
    if (held !== undefined) recorded[queryName(member, memberSchema)] = toRequestValue(memberSchema, held);
  }
  return recorded;
}

/** Items of lists bear their position as `tag`; bare texts among them become `content`. */
function toRequestValue(schema: NormalizedSchema, value: unknown): unknown {
  if (schema.isStructSchema()) return toRequest(schema, value as Json);
  if (!schema.isListSchema()) return value;
  const item = schema.getValueSchema();
  const items = (value as readonly unknown[]).map((held, index) =>
    item.isStructSchema()
      ? { ...toRequest(item, held as Json), tag: index + 1 }
      : { content: toRequestValue(item, held), tag: index + 1 },
  );
  return items.length === 1 ? items[0] : items;
}

export const toWrappedResponse = (
  action: string,
  schema: NormalizedSchema,
  response: Json,
  requestId: string,
): Json => ({
  [`${action}Response`]: {
    xmlns: 'http://ec2.amazonaws.com/doc/2016-11-15/',
    requestId,
    ...toResponse(schema, response),
  },
});

function toResponse(schema: NormalizedSchema, value: Json): Json {
  const recorded: Record<string, unknown> = {};
  for (const [member, memberSchema] of schema.structIterator()) {
    const held = value[member];
    if (held !== undefined && held !== null) {
      recorded[responseName(member, memberSchema)] = toResponseValue(memberSchema, held);
    }
  }
  return recorded;
}

function toResponseValue(schema: NormalizedSchema, value: unknown): unknown {
  if (schema.isStructSchema()) return toResponse(schema, value as Json);
  if (!schema.isListSchema()) return toScalar(value);
  const items = (value as readonly unknown[]).map((held) => toResponseValue(schema.getValueSchema(), held));
  const name = schema.getValueSchema().getMergedTraits().xmlName ?? 'item';
  if (items.length === 0) return '';
  return { [name]: items.length === 1 ? items[0] : items };
}

const toScalar = (value: unknown): unknown =>
  typeof value === 'string' && /^\d{1,15}$/.test(value)
    ? Number(value)
    : value instanceof Date
      ? value.getTime()
      : value;
