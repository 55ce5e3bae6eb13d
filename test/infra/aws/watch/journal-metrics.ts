import { jsonJournal } from '../../../../lambdas/journal.ts';
import { FAULTS, type FaultCode } from '../../../../shared/fault.ts';
import {
  parseDestinationName,
  parseRuleName,
  parseSourceId,
  parseTargetId,
  toInstant,
} from '../../../../shared/ids.ts';
import { parseAttachmentId } from '../../../../shared/ids.ts';
import type { JournalEntry } from '../../../../shared/journal.ts';
import type { Attach, Hold, Plan } from '../../../../shared/plan/change.ts';
import { summarise } from '../../../../shared/plan/summary.ts';
import { HOLDS, type HoldCode } from '../../../../shared/reason.ts';
import { HERE } from '../../../lambdas/samples.ts';

/** A metric's name, then its dimensions as `name=value`. */
export type CountedMetric = string;

/** What every line has. */
export const line = { correlation: 'c1', scope: HERE, rulesVersion: null };
export const attach: Attach = {
  kind: 'attach',
  source: parseSourceId('eni-0a'),
  machine: null,
  destination: parseDestinationName('sensor'),
  rules: [parseRuleName('tagged')],
  to: { target: parseTargetId('tmt-0a'), filter: null, number: 1, packetLength: null, virtualNetworkId: null },
};
const since = toInstant(0);

export const hold = (code: HoldCode): Hold => ({
  source: attach.source,
  machine: null,
  code,
  destination: null,
  rules: [],
  keeps: null,
  blockedBy: [],
  detail: '',
});

/** What a sweep counts, of a plan as the planner makes it. */
export const counts = summarise({
  changes: [attach],
  holds: [],
  keeps: [],
  incomplete: [],
  notes: [],
  interruptions: [],
} as unknown as Plan);

const ENTRIES: readonly JournalEntry[] = [
  { ...line, kind: 'planned', change: attach },
  { ...line, kind: 'applied', change: attach, attachment: parseAttachmentId('tms-0a'), since, tookMs: 1 },
  ...(Object.keys(HOLDS) as HoldCode[]).map((code) => ({ ...line, kind: 'held', hold: hold(code) }) as const),
  ...(Object.keys(FAULTS) as FaultCode[]).flatMap((code): readonly JournalEntry[] => [
    { ...line, kind: 'refused', change: attach, code, detail: '' },
    { ...line, kind: 'fault', code, detail: '' },
  ]),
  { ...line, kind: 'guard-tripped', trips: [] },
  { ...line, kind: 'incomplete', why: [] },
  ...(['change', 'sweep', 'resync'] as const).map(
    (trigger) => ({ ...line, kind: 'finished', trigger, mode: 'enforce', counts, tookMs: 1 }) as const,
  ),
];

export interface Embedded {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
}

/** Every metric that CloudWatch makes of what the journal writes: one for each set of dimensions, with its values. */
export function countedByJournal(): ReadonlySet<CountedMetric> {
  const lines: string[] = [];
  const journal = jsonJournal({ now: () => 0 }, 'tapkeeper/soc', (text) => lines.push(text));
  for (const entry of ENTRIES) journal.write(entry);
  return new Set(
    lines.map((text) => JSON.parse(text) as Embedded & Readonly<Record<string, unknown>>).flatMap(toMetrics),
  );
}

export const toMetrics = (written: Embedded & Readonly<Record<string, unknown>>): readonly CountedMetric[] =>
  written._aws.CloudWatchMetrics.flatMap(({ Dimensions, Metrics }) =>
    Dimensions.flatMap((names) =>
      Metrics.map(({ Name }) => [Name, ...names.map((name) => `${name}=${String(written[name])}`)].join(' ')),
    ),
  );
