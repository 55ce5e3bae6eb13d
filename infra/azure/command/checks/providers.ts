import * as v from 'valibot';
import { fail, type Finding, ok } from '../../../command/finding.ts';
import { isSameId } from '../parameters.ts';
import { type Sight, unknown } from './az.ts';

const Providers = v.array(v.object({ namespace: v.string(), registrationState: v.string() }));

/** Whose resources are deployed to the home subscription. Authorization and Resources are registered everywhere. */
export const HOME_PROVIDERS = [
  'Microsoft.EventGrid',
  'Microsoft.Insights',
  'Microsoft.ManagedIdentity',
  'Microsoft.OperationalInsights',
  'Microsoft.Storage',
  'Microsoft.Web',
];

/** What is read, attached, told of, and watched (what was not delivered) in a subscription that is kept. */
const KEPT_PROVIDERS = ['Microsoft.Compute', 'Microsoft.EventGrid', 'Microsoft.Insights', 'Microsoft.Network'];

/** Whether every resource provider is registered that is needed (https://learn.microsoft.com/azure/azure-resource-manager/management/resource-providers-and-types). */
export async function checkProviders(sight: Sight): Promise<readonly Finding[]> {
  const { home, parameters } = sight;
  const isKept = (id: string): boolean => parameters.subscriptions.some((one) => isSameId(one, id));
  const others = parameters.subscriptions.filter((id) => !isSameId(id, home));
  const found: Finding[] = [];
  for (const id of [home, ...others]) {
    const wanted = [...(id === home ? HOME_PROVIDERS : []), ...(isKept(id) ? KEPT_PROVIDERS : [])];
    found.push(...(await checkOne(sight, id, [...new Set(wanted)].sort())));
  }
  return found;
}

async function checkOne({ az }: Sight, id: string, wanted: readonly string[]): Promise<readonly Finding[]> {
  const query = '[].{namespace:namespace,registrationState:registrationState}';
  const asked = await az(Providers, 'provider', 'list', '--subscription', id, '--query', query);
  if (asked.kind === 'refused') return [unknown(`the resource providers of ${id}`, asked.said)];
  const registered = new Set(
    asked.value
      .filter(({ registrationState }) => registrationState === 'Registered')
      .map(({ namespace }) => namespace.toLowerCase()),
  );
  const missing = wanted.filter((namespace) => !registered.has(namespace.toLowerCase()));
  if (missing.length === 0) return [ok(`registered in ${id}: ${wanted.join(', ')}`)];
  return missing.map((namespace) =>
    fail(
      `${namespace} is not registered in the subscription ${id}`,
      `az provider register --namespace ${namespace} --subscription ${id} --wait`,
    ),
  );
}
