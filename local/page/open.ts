import { randomBytes } from 'node:crypto';
import type { Deps } from '../../shared/ports.ts';
import type { Cloud } from '../../shared/words.ts';
import type { CleanUp } from '../clean-up.ts';
import type { Clouds } from '../deployment.ts';
import { awsPerson } from '../demo/aws-person.ts';
import { azurePerson } from '../demo/azure-person.ts';
import type { Person } from '../demo/person.ts';
import type { WatchedRules } from '../watched-rules.ts';
import { act, type Host } from './act.ts';
import type { Feed } from './feed.ts';
import { createObserver } from './observer.ts';
import type { PageState } from './page-state.ts';
import { toRulesView } from './rules-view.ts';
import { startPage } from './server.ts';

interface Shown {
  readonly port: number;
  readonly clouds: Clouds;
  readonly observers: Readonly<Record<Cloud, Deps>>;
  readonly hosts: Readonly<Record<Cloud, Host>>;
  readonly rules: WatchedRules;
  readonly feed: Feed;
  /** Told when somebody looks at the page for the first time. */
  readonly firstViewed: () => void;
}

/** Some things change with time alone: a machine has been stopped for too long, a rule's `until` passes. */
const LOOK_AGAIN_MS = 5000;

/**
 * Opens the page on both clouds. It looks at them only while somebody looks at it.
 * @throws Error that names the port when it is taken.
 */
export async function openPage(shown: Shown, cleanUp: CleanUp): Promise<string> {
  const { clouds, observers, rules, feed } = shown;
  const sources = [
    { deps: observers.aws, endpoint: clouds.aws.endpoint },
    { deps: observers.azure, endpoint: clouds.azure.endpoint },
  ];
  const observer = createObserver(
    sources,
    () => page.viewers() > 0,
    () => page.send(toJson()),
  );
  const toJson = (): string => {
    const state: PageState = {
      mode: 'enforce',
      rules: toRulesView(rules.state()),
      clouds: observer.views(),
      latency: feed.latency(),
      feed: feed.items(),
    };
    return JSON.stringify(state);
  };
  const actors = { people: peopleOf(clouds, 'you'), hosts: shown.hosts, feed, newName: countNames() };
  let isViewed = false;
  const page = await startPage({
    port: shown.port,
    token: randomBytes(24).toString('base64url'),
    state: toJson,
    freshState: () => observer.refresh().then(toJson),
    viewed: () => {
      observer.request();
      if (!isViewed) shown.firstViewed();
      isViewed = true;
    },
    act: (action) => act(actors, action),
  });
  cleanUp.add(() => page.stop());
  clouds.aws.onChange(observer.request);
  clouds.azure.onChange(observer.request);
  feed.onItem(observer.request);
  rules.onChange(observer.request);
  const timer = setInterval(observer.request, LOOK_AGAIN_MS);
  cleanUp.add(() => {
    clearInterval(timer);
    observer.stop();
  });
  return page.url;
}

/** Somebody who uses both clouds. */
export const peopleOf = ({ aws, azure }: Clouds, name: string): Readonly<Record<Cloud, Person>> => ({
  aws: awsPerson(aws, name),
  azure: azurePerson(azure, name),
});

/** Names for machines that are launched from the page. */
function countNames(): () => string {
  let count = 0;
  return () => `vm-${(count += 1)}`;
}
