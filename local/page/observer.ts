import { toInstant } from '../../shared/ids.ts';
import type { Deps } from '../../shared/ports.ts';
import { nameScope } from '../../shared/print/plan-view.ts';
import type { Order } from '../../shared/reconcile/order.ts';
import { loadRules } from '../../shared/reconcile/rules.ts';
import { study } from '../../shared/reconcile/study.ts';
import type { Scope } from '../../shared/words.ts';
import { toCloudView } from './cloud-view.ts';
import type { CloudView } from './page-state.ts';

/** One cloud, and where a person reaches it. */
export interface Observed {
  readonly deps: Deps;
  readonly endpoint: string;
}

/** Keeps a view of all clouds that is as new as anybody needs it. */
export interface Observer {
  views(): readonly CloudView[];
  /** Something may have changed: look again soon. Many requests are one look. */
  request(): void;
  /** Looks now. */
  refresh(): Promise<void>;
  stop(): void;
}

/** Changes come in flocks; a person does not see the difference. */
const SETTLE_MS = 60;

/**
 * Looks at the clouds as the handlers do, the health of targets included, and plans what it sees: why an interface has no attachment is
 * what a plan says at this moment, not what a log said once.
 */
export function createObserver(clouds: readonly Observed[], isWanted: () => boolean, onView: () => void): Observer {
  let views: readonly CloudView[] = [];
  let looking: Promise<void> | null = null;
  let isStale = false;
  let isStopped = false;
  let timer: NodeJS.Timeout | null = null;

  const look = async (): Promise<void> => {
    const before = views;
    views = (await Promise.all(clouds.map((cloud) => viewAll(cloud, before)))).flat();
    onView();
  };
  const refresh = (): Promise<void> => {
    isStale = looking !== null;
    return (looking ??= look().finally(() => {
      looking = null;
      if (isStale) request();
    }));
  };
  const request = (): void => {
    if (isStopped || !isWanted() || timer !== null) return;
    timer = setTimeout(() => {
      timer = null;
      void refresh();
    }, SETTLE_MS);
  };
  return {
    views: () => views,
    request,
    refresh,
    stop: () => {
      if (timer !== null) clearTimeout(timer);
      isStopped = true;
    },
  };
}

const viewAll = async ({ deps, endpoint }: Observed, before: readonly CloudView[]): Promise<readonly CloudView[]> =>
  Promise.all(
    (await deps.cloud.scopes()).map(async (scope) => {
      const title = nameScope(scope);
      try {
        return await viewOne(deps, scope, endpoint);
      } catch (thrown) {
        const error = thrown instanceof Error ? thrown.message : String(thrown);
        const last = before.find((view) => view.title === title) ?? emptyView(scope, endpoint);
        return { ...last, error };
      }
    }),
  );

async function viewOne(deps: Deps, scope: Scope, endpoint: string): Promise<CloudView> {
  const rules = await loadRules(deps);
  const run = { kind: 'observe' } as const;
  const order: Order = {
    scope,
    selection: { kind: 'everything' },
    run,
    basis: 'scope',
    correlation: deps.newId(),
    since: toInstant(deps.clock.now()),
    trigger: 'resync',
    lane: 'bulk',
  };
  const { world, plan } = await study(deps, { aim: 'wished', order, rules, run }, order.selection);
  return toCloudView(world, plan, rules.config, endpoint);
}

const emptyView = (scope: Scope, endpoint: string): CloudView => ({
  cloud: scope.cloud,
  scope,
  title: nameScope(scope),
  endpoint,
  error: null,
  guard: [],
  incomplete: [],
  summary: 'nothing was read',
  machines: [],
  omitted: 0,
});
