import { Fault, toFault } from '../shared/fault.ts';
import type { Deps, Journal, RulesSource } from '../shared/ports.ts';
import { nameScope } from '../shared/print/plan-view.ts';
import { mapLimited } from '../shared/reconcile/map-limited.ts';
import { toScopeKey } from '../shared/reconcile/scope.ts';
import type { Cloud, Scope, World } from '../shared/words.ts';
import type { Arguments } from './arguments.ts';
import type { Io } from './io.ts';
import { withProgress } from './progress.ts';
import { loadRules, rulesPathOf } from './rules-file.ts';
import { readScopes } from './scopes.ts';
import { unreadWorld } from './unread.ts';

/** One scope and the ports by which it is reached. */
export interface Place {
  readonly scope: Scope;
  readonly deps: Deps;
}

/** A command prints its plan; a log beside it would be the same once more. */
const SILENT: Journal = { write: () => undefined };

/**
 * The scopes that the command is about, each with its cloud. A cloud's SDK is loaded only when one of its scopes is meant.
 * @throws Fault `config-invalid` when no scope is named.
 */
export async function reachPlaces(given: Arguments, io: Io): Promise<readonly Place[]> {
  const rules: RulesSource = { followedBy: 'reader', load: () => loadRules(rulesPathOf(given.text('rules'), io), io) };
  const scopes = await readScopes(given, io, async () => (await reachAzure('*', io, rules)).cloud.scopes());
  if (scopes.length === 0) {
    const right =
      'name it with --scope 123456789012:us-east-1 (or --account and --region) or --scope SUBSCRIPTION, or set TAPKEEPER_SCOPES or TAPKEEPER_SUBSCRIPTIONS';
    throw new Fault('config-invalid', `there is nothing to look at: ${right}`);
  }
  const clouds = [...new Set(scopes.map(({ cloud }) => cloud))];
  const reached = await Promise.all(
    clouds.map(async (cloud) => {
      const own = scopes.filter((scope) => scope.cloud === cloud);
      return [cloud, await REACH[cloud](own, io, rules)] as const;
    }),
  );
  const depsOf = new Map<Cloud, Deps>(reached);
  return scopes.flatMap((scope) => {
    const deps = depsOf.get(scope.cloud);
    return deps === undefined ? [] : [{ scope, deps }];
  });
}

/** Everything that exists in the scopes that the command is about, targets looked at closely; of what could not be read at all, a world that says so. */
export async function readWorlds(given: Arguments, io: Io): Promise<readonly World[]> {
  const places = await reachPlaces(given, io);
  return withProgress(io, `reading ${namePlaces(places)}`, mapLimited(places, PLACES_AT_A_TIME, readWorld));
}

/** Hundreds of subscriptions at once would wait for each other's answers, and for memory. */
export const PLACES_AT_A_TIME = 8;

/** The scopes of places as people say them. */
export function namePlaces(places: readonly Place[]): string {
  const named = places.slice(0, MOST_NAMED).map(({ scope }) => nameScope(scope));
  return [...named, ...(places.length > MOST_NAMED ? [`${places.length - MOST_NAMED} more`] : [])].join(', ');
}

const MOST_NAMED = 5;

async function readWorld({ scope, deps: { cloud } }: Place): Promise<World> {
  try {
    const world = await cloud.read(scope, { kind: 'everything' });
    const [first, ...others] = world.targets;
    // Planning by a file cannot look closer later at those that it is about to attach to.
    return first === undefined ? world : { ...world, targets: await cloud.inspect(scope, [first, ...others]) };
  } catch (thrown) {
    return unreadWorld(scope, toFault(thrown, `reading ${nameScope(scope)}`));
  }
}

const REACH: Readonly<Record<Cloud, (scopes: readonly Scope[], io: Io, rules: RulesSource) => Promise<Deps>>> = {
  aws: async (scopes, io, rules) => {
    const { compose } = await import('../lambdas/compose.ts');
    const settings = { TAPKEEPER_MODE: 'enforce', ...io.env, TAPKEEPER_SCOPES: scopes.map(toScopeKey).join(',') };
    // A laptop often has no region set; STS is asked in one that is looked at, which is of the right partition too.
    return compose({ ...settings, AWS_REGION: io.env['AWS_REGION'] ?? scopes[0]?.region ?? undefined }, common(rules));
  },
  azure: (scopes, io, rules) => reachAzure(scopes.map(toScopeKey).join(','), io, rules),
};

async function reachAzure(subscriptions: string, io: Io, rules: RulesSource): Promise<Deps> {
  const { compose } = await import('../functions/compose.ts');
  const settings = { TAPKEEPER_MODE: 'enforce', ...io.env, TAPKEEPER_SUBSCRIPTIONS: subscriptions };
  const endpoint = io.env['TAPKEEPER_ARM_ENDPOINT'] ?? '';
  if (endpoint.startsWith('http:')) {
    // The SDK sends no token over plain HTTP by itself, and a cloud on this machine believes everybody.
    const [{ MANAGEMENT_ENDPOINT, rewritingHttpClient }, { credentialOf, TENANT_ID }] = await Promise.all([
      import('../local/azure/rewriting-http-client.ts'),
      import('../local/azure/identities.ts'),
    ]);
    const credential = credentialOf({ appId: CLI_ID, objectId: CLI_ID, tenantId: TENANT_ID, name: 'tapkeeper' });
    const httpClient = rewritingHttpClient(MANAGEMENT_ENDPOINT, endpoint);
    return compose({ ...settings, TAPKEEPER_ARM_ENDPOINT: undefined }, { credential, httpClient, ...common(rules) });
  }
  const { DefaultAzureCredential } = await import('@azure/identity');
  return compose(settings, { credential: new DefaultAzureCredential(), ...common(rules) });
}

/** Who the command line is to a cloud on this machine. */
const CLI_ID = '88888888-8888-4888-8888-888888888888';

const common = (rules: RulesSource) => ({ journal: SILENT, rules });
