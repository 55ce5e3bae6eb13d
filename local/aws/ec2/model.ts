import * as ec2 from '@aws-sdk/client-ec2';
import { NormalizedSchema } from '@smithy/core/schema';

/** The shapes of one action's request and response, from the official model. */
export interface Operation {
  readonly request: NormalizedSchema;
  readonly response: NormalizedSchema;
}

type Ref = Parameters<typeof NormalizedSchema.of>[0];

/** The tables that the SDK exports as `<Action>$`: `[kind, namespace, name, traits, () => request, () => response]`. */
type OperationTable = readonly [number, string, string, unknown, () => Ref, () => Ref];

const exported = ec2 as unknown as Readonly<Record<string, OperationTable | undefined>>;

/** The operation of that name in the official model, or `null` when EC2 has none. */
export function findOperation(action: string): Operation | null {
  const known = found.get(action);
  if (known !== undefined) return known;
  const operation = lookUp(action);
  if (operation !== null) found.set(action, operation);
  return operation;
}

const found = new Map<string, Operation>();

function lookUp(action: string): Operation | null {
  const table = Object.hasOwn(exported, `${action}$`) ? exported[`${action}$`] : undefined;
  if (!Array.isArray(table) || typeof table[4] !== 'function' || typeof table[5] !== 'function') return null;
  return { request: NormalizedSchema.of(table[4]()), response: NormalizedSchema.of(table[5]()) };
}

const capitalise = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** How a member is called in a request: https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html. */
export function queryName(member: string, schema: NormalizedSchema): string {
  const traits = schema.getMergedTraits();
  const given: unknown = traits['ec2QueryName'];
  return typeof given === 'string' ? given : capitalise(traits.xmlName ?? member);
}

/** How a member is called in a response. */
export const responseName = (member: string, schema: NormalizedSchema): string =>
  schema.getMergedTraits().xmlName ?? member;

/** How many of a structure's members, from the first, must be given. */
export function requiredCount(struct: NormalizedSchema): number {
  const table: unknown = struct.getSchema();
  const count: unknown = Array.isArray(table) ? table[6] : 0;
  return typeof count === 'number' ? count : 0;
}
