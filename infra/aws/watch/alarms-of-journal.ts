import { Duration } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { METRICS } from '../../../lambdas/metrics.ts';
import type { FaultCode } from '../../../shared/fault.ts';
import { countedIn, type Counted } from './counted.ts';
import { LASTING, NOTHING, runbook, SOON, type Warning } from './warning.ts';
import type { Watched } from './watched.ts';

/** What the cloud says for as long as nobody does something about it. */
const REFUSALS: readonly FaultCode[] = ['denied', 'quota', 'unsupported'];

/** What the journal counts and a person has to know. */
export function journalWarnings({ names, sweepMinutes }: Watched): readonly Warning[] {
  const counted = countedIn(names.namespace);
  const eachSweep = Duration.minutes(sweepMinutes);
  const sum = (name: Counted, by: Readonly<Record<string, string>>, period: Duration) =>
    counted(name, by, { period, statistic: 'Sum', label: [name, ...Object.values(by)].join(' ') });
  /** What every sweep says again for as long as it is so. */
  const lasting = (name: Counted) =>
    ({ metric: sum(name, {}, eachSweep), unless: NOTHING, periods: LASTING, missing: 'is-well' }) as const;
  return [
    {
      name: 'no-sweep',
      metric: sum(METRICS.finished, { trigger: 'sweep' }, eachSweep),
      unless: { kind: 'at-least', value: 1 },
      periods: LASTING,
      // What does not run says nothing.
      missing: 'is-not',
      means: `No sweep has come to its end in ${LASTING} intervals: nothing repairs what events did not tell. A new deployment is so until its first sweep.`,
      remedy: `See whether the schedule is on and what the function sweep logs: ${runbook('Faults')}.`,
    },
    {
      name: 'config-invalid',
      metric: sum(METRICS.fault, { code: 'config-invalid' satisfies FaultCode }, SOON),
      unless: NOTHING,
      periods: 1,
      missing: 'is-well',
      means: 'The rules or a setting are missing or wrong: nothing is planned, and what is attached stays.',
      remedy: `The journal says what is wrong; npx tapkeeper validate says where: ${runbook('config-invalid')}.`,
    },
    {
      name: 'refused',
      metric: new MathExpression({
        // Of a code that was not counted there is nothing, and a sum with nothing in it is nothing.
        expression: 'SUM(FILL(METRICS(), 0))',
        usingMetrics: Object.fromEntries(
          REFUSALS.flatMap((code) =>
            [METRICS.failed, METRICS.fault].map((name) => [`${name}_${code}`, sum(name, { code }, eachSweep)]),
          ),
        ),
        period: eachSweep,
        label: REFUSALS.join(', '),
      }),
      unless: NOTHING,
      periods: 1,
      missing: 'is-well',
      means: 'The cloud refuses what tapkeeper asks for, and will until a person does something about it.',
      remedy: `The journal's line names the permission, quota or limit: ${runbook('denied')}, ${runbook('quota')}, ${runbook('unsupported')}.`,
    },
    {
      name: 'failed',
      ...lasting(METRICS.failed),
      means: `Changes have failed in ${LASTING} sweep intervals in a row, so it is no passing trouble.`,
      remedy: `Look for lines of the kind "refused" in the journal: ${runbook('Faults')}.`,
    },
    {
      name: 'guard-tripped',
      metric: sum(METRICS.guardTripped, {}, eachSweep),
      unless: NOTHING,
      periods: 1,
      missing: 'is-well',
      means:
        'More running machines would lose or change their mirroring at once than the guard lets through. Attaches go on.',
      remedy: `Look for the cause; if the plan is right, lift the guard: ${runbook('guard')}.`,
    },
    {
      name: 'holds',
      ...lasting(METRICS.needsPerson),
      means: `What the rules wish has been withheld for ${LASTING} sweep intervals, for reasons that do not pass by themselves.`,
      remedy: `The dashboard counts them by reason; each reason has a section: ${runbook('Holds')}.`,
    },
    {
      name: 'incomplete-reads',
      ...lasting(METRICS.incomplete),
      means: `Accounts or regions have not been read to the end in ${LASTING} sweep intervals: nothing is detached there.`,
      remedy: `The journal's lines of the kind "incomplete" say which call failed: ${runbook('inventory-incomplete')}.`,
    },
  ];
}
