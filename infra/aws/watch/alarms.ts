import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { functionWarnings, queueWarnings } from './alarms-of-parts.ts';
import { journalWarnings } from './alarms-of-journal.ts';
import { toLogicalId } from '../logical-id.ts';
import { addNotification } from './notify.ts';
import type { Warning } from './warning.ts';
import type { Watched } from './watched.ts';

/**
 * Alarms on all that is not repaired by itself. What the next delivery or the next sweep repairs raises none, unless it lasts.
 *
 * The mode changes what can be counted and not what an alarm means. In `observe` nothing is written, so nothing is refused; holds,
 * trips of the guard and incomplete reads are counted as they would be, which is what one observes for. In `paused` only sweeps
 * are counted, which end at once: all else is quiet.
 */
export function addAlarms(scope: Construct, watched: Watched): readonly Alarm[] {
  const action = addNotification(scope, watched.names, watched.notify);
  const warnings = [...queueWarnings(watched), ...functionWarnings(watched), ...journalWarnings(watched)];
  return warnings.map((warning) => {
    const alarm = addAlarm(scope, watched, warning);
    if (action !== null) alarm.addAlarmAction(action);
    return alarm;
  });
}

function addAlarm(scope: Construct, { names }: Watched, warning: Warning): Alarm {
  const { name, metric, unless, periods, missing } = warning;
  return new Alarm(scope, `${toLogicalId(name)}Alarm`, {
    alarmName: `${names.stack}-${name}`,
    alarmDescription: `${warning.means} ${warning.remedy}`,
    metric,
    ...(unless.kind === 'at-most'
      ? { threshold: unless.value, comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD }
      : { threshold: unless.value, comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD }),
    evaluationPeriods: periods,
    treatMissingData: missing === 'is-well' ? TreatMissingData.NOT_BREACHING : TreatMissingData.BREACHING,
  });
}
