import { type App, Duration, Stack } from 'aws-cdk-lib';
import { Code, Function as Lambda, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { newApp } from '../../../../infra/aws/new-app.ts';
import { addAlarms } from '../../../../infra/aws/watch/alarms.ts';
import { addDashboard } from '../../../../infra/aws/watch/dashboard.ts';
import { namesOf } from '../../../../infra/aws/names.ts';
import type { Notify, Watched } from '../../../../infra/aws/watch/watched.ts';
import type { Owner } from '../../../../shared/words.ts';

/** A stack with the alarms and the dashboard, and what they look at in a plain form. */
export function watchedStack(notify: Notify | null, sweepMinutes = 15): { readonly app: App; readonly stack: Stack } {
  const app = newApp({});
  const stack = new Stack(app, 'Watched', { env: { account: '123456789012', region: 'us-east-1' } });
  const lambda = (id: string) =>
    new Lambda(stack, id, {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromInline('exports.handler = () => {}'),
      timeout: Duration.minutes(5),
    });
  const queue = (id: string) => new Queue(stack, id, { enforceSSL: true });
  const watched: Watched = {
    names: namesOf('soc' as Owner),
    functions: { onChange: lambda('OnChange'), sweep: lambda('Sweep'), resync: lambda('Resync') },
    queues: { event: queue('Event'), bulk: queue('Bulk') },
    deadLetters: { event: queue('EventDead'), bulk: queue('BulkDead'), undelivered: queue('Undelivered') },
    sweepMinutes,
    notify,
  };
  addAlarms(stack, watched);
  addDashboard(stack, watched);
  return { app, stack };
}
