import * as v from 'valibot';
import { type Finding, ok, warn } from '../../../command/finding.ts';
import { type Sight, unknown } from './aws-cli.ts';

const Trails = v.object({ trailList: v.array(v.object({ TrailARN: v.string(), HomeRegion: v.string() })) });
const Status = v.object({ IsLogging: v.boolean() });
const Selectors = v.object({
  EventSelectors: v.optional(
    v.array(
      v.object({
        IncludeManagementEvents: v.optional(v.boolean(), true),
        ReadWriteType: v.optional(v.string(), 'All'),
      }),
    ),
    [],
  ),
  AdvancedEventSelectors: v.optional(
    v.array(
      v.object({
        FieldSelectors: v.array(v.object({ Field: v.string(), Equals: v.optional(v.array(v.string()), []) })),
      }),
    ),
    [],
  ),
});

const WITHOUT =
  'without it calls do not come as events: interfaces that are attached later, and what others do to sessions, are found by the next sweep only';

/**
 * Whether a trail records what is written by calls in the region: EventBridge hears of calls only then
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html).
 */
export async function checkTrail(sight: Sight): Promise<Finding> {
  const { aws, settings } = sight;
  const asked = await aws(Trails, ['cloudtrail', 'describe-trails', '--include-shadow-trails']);
  if (asked.kind === 'refused') return unknown('CloudTrail', asked.said);
  const answers = await Promise.all(asked.value.trailList.map((trail) => records(sight, trail)));
  if (answers.includes('yes')) return ok(`CloudTrail records management events in ${settings.region}`);
  const seen = answers.includes('unknown') ? 'no trail that can be looked into records' : 'no trail records';
  return warn(
    `${seen} management events in ${settings.region}`,
    `create a trail of write management events (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-create-a-trail-using-the-console-first-time.html); ${WITHOUT}`,
  );
}

async function records(
  { aws }: Sight,
  { TrailARN: arn, HomeRegion: home }: { readonly TrailARN: string; readonly HomeRegion: string },
): Promise<'yes' | 'no' | 'unknown'> {
  const [status, selectors] = await Promise.all([
    aws(Status, ['cloudtrail', 'get-trail-status', '--name', arn], home),
    aws(Selectors, ['cloudtrail', 'get-event-selectors', '--trail-name', arn], home),
  ]);
  // A trail of the organization shows itself to members, and may not let them look into it.
  if (status.kind === 'refused' || selectors.kind === 'refused') return 'unknown';
  return status.value.IsLogging && takesWrites(selectors.value) ? 'yes' : 'no';
}

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html */
function takesWrites({
  EventSelectors: basic,
  AdvancedEventSelectors: advanced,
}: v.InferOutput<typeof Selectors>): boolean {
  const has = (fields: (typeof advanced)[number]['FieldSelectors'], field: string, value: string): boolean =>
    fields.some((one) => one.Field === field && one.Equals.includes(value));
  return (
    basic.some((one) => one.IncludeManagementEvents && one.ReadWriteType !== 'ReadOnly') ||
    advanced.some(
      ({ FieldSelectors: fields }) => has(fields, 'eventCategory', 'Management') && !has(fields, 'readOnly', 'true'),
    )
  );
}
