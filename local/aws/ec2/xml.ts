import type { NormalizedSchema } from '@smithy/core/schema';
import { responseName } from './model.ts';

/** Control characters, which XML 1.0 cannot hold even as references; they are dropped. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

export const escape = (text: string): string =>
  text.replace(FORBIDDEN, '').replace(/[&<>"'\r]/g, (character) => `&#${character.charCodeAt(0)};`);

/** How a protocol calls the items of a list that has no name for them: `item` in EC2's, `member` in that of other services. */
export type ItemName = 'item' | 'member';

/** The members of a structure as XML. @throws Error for a member that the official model does not have. */
export function writeStruct(schema: NormalizedSchema, value: unknown, path: string, itemName: ItemName): string {
  const given = new Map(Object.entries(value as object));
  let xml = '';
  for (const [member, memberSchema] of schema.structIterator()) {
    const held: unknown = given.get(member);
    given.delete(member);
    if (held === undefined || held === null) continue;
    const name = responseName(member, memberSchema);
    xml += `<${name}>${writeValue(memberSchema, held, `${path}.${member}`, itemName)}</${name}>`;
  }
  const [stray] = given.keys();
  if (stray !== undefined) throw new Error(`${path}.${stray} is not in the official model: the answer is wrong`);
  return xml;
}

function writeValue(schema: NormalizedSchema, value: unknown, path: string, itemName: ItemName): string {
  if (schema.isStructSchema()) return writeStruct(schema, value, path, itemName);
  if (schema.isListSchema()) {
    const item = schema.getValueSchema();
    const name = itemName === 'item' ? (item.getMergedTraits().xmlName ?? itemName) : itemName;
    return (value as readonly unknown[])
      .map((held) => `<${name}>${writeValue(item, held, path, itemName)}</${name}>`)
      .join('');
  }
  return value instanceof Date ? value.toISOString() : escape(String(value));
}
