import {
  findOwner,
  parseAccountId,
  parseAttachmentId,
  parseEndpointId,
  parseFilterId,
  parseMachineId,
  parseRegion,
  parseSourceId,
  parseTargetId,
} from '../shared/ids.ts';
import type {
  Attachment,
  Cloud,
  Filter,
  FilterRule,
  InventoryKind,
  Machine,
  PortRange,
  Scope,
  Source,
  Target,
  World,
} from '../shared/words.ts';

/** A world in few words: what is left out is what a reader would take for granted. */
export interface WorldSketch {
  readonly cloud?: Cloud;
  readonly region?: string;
  readonly machines?: readonly MachineSketch[];
  readonly sources?: readonly SourceSketch[];
  readonly attachments?: readonly AttachmentSketch[];
  readonly targets?: readonly TargetSketch[];
  readonly filters?: readonly FilterSketch[];
  readonly incomplete?: readonly { readonly kind: InventoryKind; readonly why: string }[];
}

export interface MachineSketch {
  readonly id: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly state?: Machine['state'];
  readonly stoppedAt?: string;
  readonly availabilityGroup?: string;
  readonly name?: string;
  readonly type?: string;
}

export interface SourceSketch {
  readonly id: string;
  readonly machine?: string | null;
  readonly tags?: Readonly<Record<string, string>>;
  readonly state?: Source['state'];
  readonly primary?: boolean;
  readonly zone?: string;
  readonly region?: string;
  readonly unfit?: string;
}

export interface AttachmentSketch {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly filter?: string;
  readonly number?: number;
  readonly packetLength?: number;
  readonly virtualNetworkId?: number;
  /** The owner whose mark it bears; others' when left out. */
  readonly owner?: string;
  readonly state?: Attachment['state'];
}

export interface TargetSketch {
  readonly id: string;
  readonly reaches?: string;
  readonly zone?: string;
  readonly region?: string;
  readonly unhealthy?: string;
  readonly unchecked?: string;
  readonly changing?: boolean;
  readonly capacity?: number;
  readonly load?: number;
}

export interface FilterSketch {
  readonly id: string;
  /** `all` (the default), or protocols per direction, as `ingress 6`. Not looked at where there are rules. */
  readonly accepts?: readonly string[];
  readonly rules?: readonly RuleSketch[];
  /** Whether it mirrors `amazon-dns`. */
  readonly dns?: boolean;
}

/** A rule of a filter; what is left out limits nothing. Numbers are given in order: 10, 20 and so on. */
export interface RuleSketch {
  readonly direction: FilterRule['direction'];
  readonly number?: number;
  readonly action?: FilterRule['action'];
  readonly protocol?: number;
  readonly source?: string;
  readonly destination?: string;
  /** `443`, or `[1024, 65535]`. */
  readonly sourcePorts?: number | readonly [number, number];
  readonly destinationPorts?: number | readonly [number, number];
}

const ACCOUNT: Readonly<Record<Cloud, string>> = {
  aws: '123456789012',
  azure: '00000000-0000-0000-0000-000000000000',
};
const REGION: Readonly<Record<Cloud, string>> = { aws: 'us-east-1', azure: 'eastus' };

export function toWorld(sketch: WorldSketch): World {
  const cloud = sketch.cloud ?? 'aws';
  const account = parseAccountId(ACCOUNT[cloud]);
  const region = parseRegion(sketch.region ?? REGION[cloud]);
  const place = { cloud, account, region };
  const scope: Scope = cloud === 'aws' ? { cloud, account, region } : { cloud, account, region: null };
  return {
    scope,
    selection: { kind: 'everything' },
    machines: (sketch.machines ?? []).map((one): Machine => ({
      ...place,
      id: parseMachineId(one.id),
      resourceGroup: null,
      name: one.name ?? null,
      type: one.type ?? null,
      tags: one.tags ?? {},
      availabilityGroup: one.availabilityGroup ?? null,
      state: one.state ?? 'running',
      stoppedAt: (one.stoppedAt ?? null) as Machine['stoppedAt'],
    })),
    sources: (sketch.sources ?? []).map((one): Source => ({
      ...place,
      region: one.region === undefined ? region : parseRegion(one.region),
      id: parseSourceId(one.id),
      zone: one.zone ?? null,
      resourceGroup: null,
      network: null,
      subnet: null,
      machine: one.machine === undefined || one.machine === null ? null : parseMachineId(one.machine),
      isPrimary: one.primary ?? true,
      tags: one.tags ?? {},
      state: one.state ?? 'attached',
      unfit: one.unfit ?? null,
    })),
    attachments: (sketch.attachments ?? []).map(toAttachment(cloud)),
    targets: (sketch.targets ?? []).map((one): Target => ({
      cloud,
      region: one.region === undefined ? region : parseRegion(one.region),
      id: parseTargetId(one.id),
      zone: one.zone ?? null,
      reaches: parseEndpointId(one.reaches ?? `behind-${one.id}`),
      unhealthy: one.unhealthy ?? null,
      unchecked: one.unchecked ?? null,
      isChanging: one.changing ?? false,
      capacity: one.capacity ?? null,
      load: one.load ?? 0,
    })),
    filters: (sketch.filters ?? []).map(toFilter),
    incomplete: sketch.incomplete ?? [],
  };
}

const toAttachment =
  (cloud: Cloud) =>
  (one: AttachmentSketch): Attachment => {
    const owner = one.owner === undefined ? null : findOwner(one.owner);
    return {
      id: parseAttachmentId(one.id),
      source: parseSourceId(one.source),
      settings: {
        target: parseTargetId(one.target),
        filter: cloud === 'aws' ? parseFilterId(one.filter ?? 'tmf-all') : null,
        number: cloud === 'aws' ? (one.number ?? 1) : null,
        packetLength: one.packetLength ?? null,
        virtualNetworkId: one.virtualNetworkId ?? null,
      },
      mark: owner === null ? null : { owner, version: 'v1' },
      state: one.state ?? 'ready',
    };
  };

function toFilter({ id, accepts = ['ingress', 'egress'], rules, dns = false }: FilterSketch): Filter {
  return { id: parseFilterId(id), rules: (rules ?? accepts.map(toSketch)).map(toRule), mirrorsDns: dns };
}

function toSketch(text: string): RuleSketch {
  const [direction, protocol] = text.split(' ');
  return {
    direction: direction === 'egress' ? 'egress' : 'ingress',
    ...(protocol === undefined ? {} : { protocol: Number(protocol) }),
  };
}

const toRule = (sketch: RuleSketch, at: number): FilterRule => ({
  direction: sketch.direction,
  number: sketch.number ?? (at + 1) * 10,
  action: sketch.action ?? 'accept',
  protocol: sketch.protocol ?? null,
  sourceCidr: sketch.source ?? '0.0.0.0/0',
  destinationCidr: sketch.destination ?? '0.0.0.0/0',
  sourcePorts: toPorts(sketch.sourcePorts),
  destinationPorts: toPorts(sketch.destinationPorts),
});

function toPorts(ports: RuleSketch['sourcePorts']): PortRange | null {
  if (ports === undefined) return null;
  const [from, to] = typeof ports === 'number' ? [ports, ports] : ports;
  return { from, to };
}
