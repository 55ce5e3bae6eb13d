import * as v from 'valibot';

const cloud = v.picklist(['aws', 'azure']);
const id = v.pipe(v.string(), v.minLength(1), v.maxLength(1024));
const name = v.pipe(v.string(), v.minLength(1), v.maxLength(127));
const value = v.pipe(v.string(), v.maxLength(255));

/** What the page's buttons ask for. */
export const ActionSchema = v.variant('kind', [
  v.strictObject({
    kind: v.literal('launch'),
    cloud,
    tag: v.nullable(v.strictObject({ name, value })),
  }),
  v.strictObject({ kind: v.literal('tag'), cloud, machine: id, name, value }),
  v.strictObject({ kind: v.literal('untag'), cloud, machine: id, name }),
  v.strictObject({ kind: v.literal('stop'), cloud, machine: id }),
  v.strictObject({ kind: v.literal('start'), cloud, machine: id }),
  v.strictObject({ kind: v.literal('terminate'), cloud, machine: id }),
  /** Takes an attachment away behind tapkeeper's back. */
  v.strictObject({ kind: v.literal('break'), cloud, attachment: id }),
  /** Attaches something of one's own, as somebody who does not know tapkeeper would. */
  v.strictObject({ kind: v.literal('intrude'), cloud, source: id }),
  v.strictObject({ kind: v.literal('sweep') }),
  v.strictObject({ kind: v.literal('plan') }),
]);

export type Action = v.InferOutput<typeof ActionSchema>;

export type CloudAction = Extract<Action, { readonly cloud: unknown }>;
