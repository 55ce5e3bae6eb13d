import * as v from 'valibot';
import {
  findEpochMs,
  findOwner,
  parseAccountId,
  parseAttachmentId,
  parseEndpointId,
  parseFilterId,
  parseMachineId,
  parseRegion,
  parseSourceId,
  parseTargetId,
  toInstant,
} from '../shared/ids.ts';
import type { Instant, Owner } from '../shared/words.ts';

/** An id: text that becomes the one form in which ids are compared. */
const id = <T>(parse: (text: string) => T) => v.pipe(v.string(), v.minLength(1), v.maxLength(2048), v.transform(parse));

const text = v.string();
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const port = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65535));
const tags = v.record(v.string(), v.string());
const cloud = v.picklist(['aws', 'azure']);

const instant = v.pipe(
  v.string(),
  v.check((at) => findEpochMs(at) !== null, 'is not an ISO 8601 time'),
  v.transform((at): Instant => toInstant(findEpochMs(at) ?? 0)),
);

const owner = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9-]{0,30}$/),
  v.transform((name) => findOwner(name) as Owner),
);

const ScopeSchema = v.variant('cloud', [
  v.strictObject({ cloud: v.literal('aws'), account: id(parseAccountId), region: id(parseRegion) }),
  v.strictObject({ cloud: v.literal('azure'), account: id(parseAccountId), region: v.null() }),
]);

const MachineSchema = v.strictObject({
  id: id(parseMachineId),
  cloud,
  account: id(parseAccountId),
  region: id(parseRegion),
  resourceGroup: v.nullable(text),
  name: v.nullable(text),
  type: v.nullable(text),
  tags,
  availabilityGroup: v.optional(v.nullable(text), null),
  state: v.picklist(['running', 'stopped', 'changing', 'gone']),
  stoppedAt: v.nullable(instant),
});

const SourceSchema = v.strictObject({
  id: id(parseSourceId),
  cloud,
  account: id(parseAccountId),
  region: id(parseRegion),
  zone: v.nullable(text),
  resourceGroup: v.nullable(text),
  network: v.nullable(text),
  subnet: v.nullable(text),
  machine: v.nullable(id(parseMachineId)),
  isPrimary: v.boolean(),
  tags,
  state: v.picklist(['attached', 'changing', 'detached']),
  unfit: v.nullable(text),
});

const SettingsSchema = v.strictObject({
  target: id(parseTargetId),
  filter: v.nullable(id(parseFilterId)),
  number: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(32766))),
  packetLength: v.nullable(count),
  virtualNetworkId: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 24 - 1))),
});

const AttachmentSchema = v.strictObject({
  id: id(parseAttachmentId),
  source: id(parseSourceId),
  settings: SettingsSchema,
  mark: v.nullable(v.strictObject({ owner, version: v.literal('v1') })),
  state: v.picklist(['ready', 'changing', 'failed', 'unlisted']),
});

const TargetSchema = v.strictObject({
  id: id(parseTargetId),
  cloud,
  region: id(parseRegion),
  zone: v.nullable(text),
  reaches: id(parseEndpointId),
  unhealthy: v.nullable(text),
  // Snapshots that an earlier version took have none.
  unchecked: v.optional(v.nullable(text), null),
  isChanging: v.optional(v.boolean(), false),
  capacity: v.nullable(count),
  load: count,
});

const ports = v.nullable(v.strictObject({ from: port, to: port }));

const FilterRuleSchema = v.strictObject({
  direction: v.picklist(['ingress', 'egress']),
  number: count,
  action: v.picklist(['accept', 'reject']),
  protocol: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255))),
  sourceCidr: text,
  destinationCidr: text,
  sourcePorts: ports,
  destinationPorts: ports,
});

const FilterSchema = v.strictObject({
  id: id(parseFilterId),
  rules: v.array(FilterRuleSchema),
  mirrorsDns: v.boolean(),
});

const WorldSchema = v.strictObject({
  scope: ScopeSchema,
  selection: v.strictObject({ kind: v.literal('everything') }),
  machines: v.array(MachineSchema),
  sources: v.array(SourceSchema),
  attachments: v.array(AttachmentSchema),
  targets: v.array(TargetSchema),
  filters: v.array(FilterSchema),
  incomplete: v.array(
    v.strictObject({
      kind: v.picklist(['machines', 'sources', 'attachments', 'targets', 'filters', 'surroundings']),
      why: text,
    }),
  ),
});

/** A snapshot file. `schemas/snapshot.schema.json` is this schema, published. */
export const SnapshotSchema = v.strictObject({
  version: v.literal(1),
  takenAt: instant,
  worlds: v.array(WorldSchema),
});
