import { setTimeout as wait } from 'node:timers/promises';
import type { Cloud } from '../../shared/words.ts';
import type { Feed } from '../page/feed.ts';
import type { Person } from './person.ts';

/** Time to read what happened before the next thing happens. */
const PAUSE_MS = 3500;

/** The first steps that the demo takes, so that there is something to see without pressing a button. */
export async function takeSteps(
  people: Readonly<Record<Cloud, Person>>,
  machines: { readonly aws: string; readonly azure: string },
  feed: Feed,
  signal: AbortSignal,
): Promise<void> {
  const step = async (cloud: Cloud, text: string, action: () => Promise<unknown>): Promise<void> => {
    await wait(PAUSE_MS, undefined, { signal });
    feed.say('person', cloud, `demo: ${text}`);
    await action();
  };
  try {
    await step('aws', 'web-2 gets the tag mirror=soc', () => people.aws.tag(machines.aws, 'mirror', 'soc'));
    await step('azure', 'api-2 gets the tag mirror=soc', () => people.azure.tag(machines.azure, 'mirror', 'soc'));
    await step('aws', 'a machine is launched with mirror=soc', () =>
      people.aws.launch({ name: 'web-3', tags: { mirror: 'soc', team: 'shop' } }),
    );
    await step('azure', 'the tag of api-2 is taken away', () => people.azure.untag(machines.azure, 'mirror'));
    feed.say('person', null, 'demo: now it is your turn: launch, tag, stop, or break something');
  } catch (thrown) {
    if (!signal.aborted) feed.say('alarm', null, `demo: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}
