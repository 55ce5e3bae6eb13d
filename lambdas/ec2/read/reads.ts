import {
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeTrafficMirrorFiltersCommand,
  DescribeTrafficMirrorSessionsCommand,
  DescribeTrafficMirrorTargetsCommand,
  type EC2Client,
  type Filter,
  type Instance,
  type NetworkInterface,
  type TrafficMirrorFilter,
  type TrafficMirrorSession,
  type TrafficMirrorTarget,
} from '@aws-sdk/client-ec2';
import type { Scope } from '../../../shared/words.ts';
import { toReadFault } from '../faults.ts';
import { PERMISSIONS, type Permission } from '../permissions.ts';
import { FILTER_VALUES, PAGE_SIZE, readPages, toChunks, toPage, type Page } from './pages.ts';

/** What to read by: a filter's name and its values, or everything. */
export type By = { readonly filter: string; readonly values: readonly string[] } | 'everything';

/**
 * The describe calls of one scope. Always by filter, never by id: one id that is unknown fails a call by ids whole, and
 * just created ids are unknown for a while (https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html).
 * Each throws a `Fault` that names the permission.
 */
export interface Reads {
  instances(by: By): Promise<readonly Instance[]>;
  interfaces(by: By): Promise<readonly NetworkInterface[]>;
  /** Sessions of this account only: the owner of a shared target also sees those of other accounts. */
  sessions(by: By): Promise<readonly TrafficMirrorSession[]>;
  firstSessions(): Promise<Page<TrafficMirrorSession>>;
  /** Sessions of all accounts to some targets, as far as they can be seen: what the cloud counts at a target. */
  sessionsTo(targets: readonly string[]): Promise<readonly TrafficMirrorSession[]>;
  targets(): Promise<readonly TrafficMirrorTarget[]>;
  filters(): Promise<readonly TrafficMirrorFilter[]>;
}

/** One list of filters per call that is needed: no call at all for no values. */
const toCalls = (by: By, mostValues: number): Filter[][] =>
  by === 'everything' ? [[]] : toChunks(by.values, mostValues).map((Values) => [{ Name: by.filter, Values }]);

/** The reads of one scope over one client. */
export function readsOf(client: EC2Client, scope: Scope): Reads {
  const attempt = async <Out>(permission: Permission, sent: Promise<Out>): Promise<Out> =>
    sent.catch((thrown: unknown) => Promise.reject(toReadFault(thrown, permission, scope)));

  const readAll = async <Item>(
    by: By,
    read: (filters: Filter[], token: string | undefined) => Promise<Page<Item>>,
    mostValues = FILTER_VALUES,
  ): Promise<readonly Item[]> => {
    const calls = toCalls(by, mostValues).map((filters) => readPages((token) => read(filters, token)));
    return (await Promise.all(calls)).flat();
  };

  const instancesPage = async (Filters: Filter[], NextToken: string | undefined): Promise<Page<Instance>> => {
    const command = new DescribeInstancesCommand({
      Filters,
      NextToken,
      MaxResults: PAGE_SIZE,
      // An account can hide what AWS manages for it (EKS Auto Mode); hidden machines would make our sessions look orphaned.
      IncludeManagedResources: true,
    });
    const answer = await attempt(PERMISSIONS.describeInstances, client.send(command));
    return toPage(
      answer.Reservations?.flatMap(({ Instances }) => Instances ?? []),
      answer.NextToken,
    );
  };

  const interfacesPage = async (Filters: Filter[], NextToken: string | undefined): Promise<Page<NetworkInterface>> => {
    const command = new DescribeNetworkInterfacesCommand({
      Filters,
      NextToken,
      MaxResults: PAGE_SIZE,
      IncludeManagedResources: true,
    });
    const answer = await attempt(PERMISSIONS.describeNetworkInterfaces, client.send(command));
    return toPage(answer.NetworkInterfaces, answer.NextToken);
  };

  const sessionsPage = async (
    Filters: Filter[],
    NextToken: string | undefined,
  ): Promise<Page<TrafficMirrorSession>> => {
    const command = new DescribeTrafficMirrorSessionsCommand({ Filters, NextToken, MaxResults: PAGE_SIZE });
    const answer = await attempt(PERMISSIONS.describeSessions, client.send(command));
    return toPage(answer.TrafficMirrorSessions, answer.NextToken);
  };

  const ownSessionsPage = (filters: Filter[], NextToken: string | undefined): Promise<Page<TrafficMirrorSession>> =>
    sessionsPage([{ Name: 'owner-id', Values: [scope.account] }, ...filters], NextToken);

  const targetsPage = async (NextToken: string | undefined): Promise<Page<TrafficMirrorTarget>> => {
    const command = new DescribeTrafficMirrorTargetsCommand({ NextToken, MaxResults: PAGE_SIZE });
    const answer = await attempt(PERMISSIONS.describeTargets, client.send(command));
    return toPage(answer.TrafficMirrorTargets, answer.NextToken);
  };

  const filtersPage = async (NextToken: string | undefined): Promise<Page<TrafficMirrorFilter>> => {
    const command = new DescribeTrafficMirrorFiltersCommand({ NextToken, MaxResults: PAGE_SIZE });
    const answer = await attempt(PERMISSIONS.describeFilters, client.send(command));
    return toPage(answer.TrafficMirrorFilters, answer.NextToken);
  };

  return {
    instances: (by) => readAll(by, instancesPage),
    interfaces: (by) => readAll(by, interfacesPage),
    // The owner is one of the values that a call takes.
    sessions: (by) => readAll(by, ownSessionsPage, FILTER_VALUES - 1),
    firstSessions: () => ownSessionsPage([], undefined),
    sessionsTo: (values) => readAll({ filter: 'traffic-mirror-target-id', values }, sessionsPage),
    targets: () => readPages(targetsPage),
    filters: () => readPages(filtersPage),
  };
}
