import {
  CreateNetworkInterfaceCommand,
  CreateTrafficMirrorFilterCommand,
  CreateTrafficMirrorSessionCommand,
  CreateTrafficMirrorTargetCommand,
  EC2Client,
  RunInstancesCommand,
  type _InstanceType,
  type CreateTrafficMirrorTargetCommandInput,
  type RunInstancesCommandInput,
} from '@aws-sdk/client-ec2';
import * as loadBalancing from '@aws-sdk/client-elastic-load-balancing-v2';
import { balancersOf } from '../../../lambdas/ec2/destinations/balancers.ts';
import { ec2MirrorCloud } from '../../../lambdas/ec2/mirror-cloud.ts';
import { startAwsCloud, type AwsCloud } from '../../../local/aws/aws-cloud.ts';
import { parseAccountId, parseMachineId, parseRegion, parseSourceId } from '../../../shared/ids.ts';
import type { MirrorCloud } from '../../../shared/ports.ts';
import type { MachineId, Scope, Selection, SourceId } from '../../../shared/words.ts';

/** An instance and its first interface. */
export interface Launched {
  readonly machine: MachineId;
  readonly source: SourceId;
}

/** An account of the local cloud: what a person does in it, and the cloud as tapkeeper sees it. */
export interface Account {
  readonly local: AwsCloud;
  readonly scope: Scope;
  readonly person: EC2Client;
  readonly mirror: MirrorCloud;
  /** Moves the clock of tapkeeper, which decides what it remembers. */
  readonly pass: (ms: number) => void;
  readonly stop: () => Promise<void>;
}

const get = (value: string | undefined): string => {
  if (value === undefined) throw new Error('the local cloud answered without an id');
  return value;
};

/** A cloud with one account, or with the accounts that are named: this is the first of them. */
export async function startAccount(accounts: readonly string[] = []): Promise<Account> {
  const local = await startAwsCloud({ port: 0, settleMs: 0, accounts });
  const account = accountOf(local, local.account);
  return {
    ...account,
    async stop() {
      await account.stop();
      await local.stop();
    },
  };
}

/** An account of a cloud that runs, kept together with others; to stop it leaves the cloud running. */
export function accountOf(local: AwsCloud, id: string, others: readonly string[] = []): Account {
  const { endpoint, region } = local;
  const config = { endpoint, region, maxAttempts: 1 };
  const person = new EC2Client({ ...config, credentials: local.as({ kind: 'user', name: 'alice' }, id) });
  const roleIn = (account: string) =>
    local.as({ kind: 'role', roleName: local.roleName, sessionName: 'test' }, account);
  const ours = new EC2Client({ ...config, credentials: roleIn(id) });
  const toScope = (account: string) =>
    ({ cloud: 'aws', account: parseAccountId(account), region: parseRegion(region) }) as const;
  const scope = toScope(id);
  const balancing: loadBalancing.ElasticLoadBalancingV2Client[] = [];
  let nowMs = 0;
  const clock = { now: () => nowMs };
  let tokens = 0;
  const newToken = (): string => `token-${(tokens += 1)}`;
  return {
    local,
    scope,
    person,
    mirror: ec2MirrorCloud({
      scopes: [scope, ...others.map(toScope)],
      clientFor: () => ours,
      balancersFor: async ({ account }) => {
        const client = new loadBalancing.ElasticLoadBalancingV2Client({ ...config, credentials: roleIn(account) });
        balancing.push(client);
        return balancersOf(loadBalancing, client);
      },
      releaseFor: () => Promise.reject(new Error('this account has no Auto Scaling API')),
      clock,
      newToken,
    }),
    pass: (ms) => void (nowMs += ms),
    async stop() {
      for (const client of [person, ours, ...balancing]) client.destroy();
    },
  };
}

/** Launches instances and waits until they run. */
export async function launch(
  { person, local }: Account,
  count: number,
  more: Partial<RunInstancesCommandInput> = {},
): Promise<[Launched, ...Launched[]]> {
  const type: _InstanceType = 'm5.large';
  const command = new RunInstancesCommand({
    ImageId: 'ami-0123456789abcdef0',
    InstanceType: type,
    MinCount: count,
    MaxCount: count,
    ...more,
  });
  const { Instances = [] } = await person.send(command);
  await local.idle();
  const [first, ...rest] = Instances.map(({ InstanceId, NetworkInterfaces }) => ({
    machine: parseMachineId(get(InstanceId)),
    source: parseSourceId(get(NetworkInterfaces?.[0]?.NetworkInterfaceId)),
  }));
  if (first === undefined) throw new Error('nothing was launched');
  return [first, ...rest];
}

/** An interface that is attached to nothing. */
export async function createInterface({ person, local, scope }: Account): Promise<SourceId> {
  const [subnet] = local.state.in(local.region, scope.account).subnets;
  const { NetworkInterface } = await person.send(new CreateNetworkInterfaceCommand({ SubnetId: subnet?.id }));
  return parseSourceId(get(NetworkInterface?.NetworkInterfaceId));
}

export const NLB = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/sensors/50dc6c495c0c9188';

/** A target: a load balancer, or the interface that is given. */
export const createTarget = (account: Account, source: SourceId | null): Promise<string> =>
  createTargetTo(account, source === null ? { NetworkLoadBalancerArn: NLB } : { NetworkInterfaceId: source });

export async function createTargetTo(
  { person }: Account,
  reached: Pick<
    CreateTrafficMirrorTargetCommandInput,
    'GatewayLoadBalancerEndpointId' | 'NetworkInterfaceId' | 'NetworkLoadBalancerArn'
  >,
): Promise<string> {
  const { TrafficMirrorTarget } = await person.send(new CreateTrafficMirrorTargetCommand(reached));
  return get(TrafficMirrorTarget?.TrafficMirrorTargetId);
}

export async function createFilter({ person }: Account): Promise<string> {
  const { TrafficMirrorFilter } = await person.send(new CreateTrafficMirrorFilterCommand({}));
  return get(TrafficMirrorFilter?.TrafficMirrorFilterId);
}

/** A session of a person's. */
export async function createSession(
  { person }: Account,
  source: SourceId,
  target: string,
  filter: string,
  number: number,
): Promise<string> {
  const command = new CreateTrafficMirrorSessionCommand({
    NetworkInterfaceId: source,
    TrafficMirrorTargetId: target,
    TrafficMirrorFilterId: filter,
    SessionNumber: number,
  });
  const { TrafficMirrorSession } = await person.send(command);
  return get(TrafficMirrorSession?.TrafficMirrorSessionId);
}

export const machines = ([first, ...rest]: readonly [Launched, ...Launched[]]): Selection => {
  const toSubject = ({ machine }: Launched) => ({ kind: 'machine', id: machine }) as const;
  return { kind: 'subjects', subjects: [toSubject(first), ...rest.map(toSubject)] };
};

export const sources = ([first, ...rest]: readonly [SourceId, ...SourceId[]]): Selection => {
  const toSubject = (id: SourceId) => ({ kind: 'source', id }) as const;
  return { kind: 'subjects', subjects: [toSubject(first), ...rest.map(toSubject)] };
};
