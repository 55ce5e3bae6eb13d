import type { Tags } from '../../shared/words.ts';
import type { AwsCloud } from '../aws/aws-cloud.ts';
import { ec2Caller, getElement, type Parameters } from './ec2-caller.ts';
import type { Person } from './person.ts';

/** A load balancer that people's own sessions go to; EC2 asks of its ARN only that it looks right, and nobody else asks. */
const NETOPS_BALANCER = (account: string, region: string): string =>
  `arn:aws:elasticloadbalancing:${region}:${account}:loadbalancer/net/netops/0123456789abcdef`;

/** Numbers that people take, after those of the demo's destinations. */
const FIRST_NUMBER = 500;

export function awsPerson(cloud: AwsCloud, name: string): Person {
  const call = ec2Caller(cloud.endpoint, cloud.region, name);
  const onInstance = async (action: string, machine: string): Promise<void> =>
    void (await call(action, { 'InstanceId.1': machine }));
  return {
    launch: async (wish) =>
      getElement(
        await call('RunInstances', {
          ImageId: 'ami-0123456789abcdef0',
          InstanceType: 'm6i.large',
          MinCount: '1',
          MaxCount: '1',
          ...tagParameters('instance', { Name: wish.name, ...wish.tags }),
        }),
        'instanceId',
      ),
    tag: async (machine, key, value) =>
      void (await call('CreateTags', { 'ResourceId.1': machine, 'Tag.1.Key': key, 'Tag.1.Value': value })),
    untag: async (machine, key) => void (await call('DeleteTags', { 'ResourceId.1': machine, 'Tag.1.Key': key })),
    stop: (machine) => onInstance('StopInstances', machine),
    start: (machine) => onInstance('StartInstances', machine),
    terminate: (machine) => onInstance('TerminateInstances', machine),
    breakOff: async (session) => void (await call('DeleteTrafficMirrorSession', { TrafficMirrorSessionId: session })),
    async intrude(source) {
      const { targets, filters, sessions } = cloud.state.in();
      const balancer = NETOPS_BALANCER(cloud.account, cloud.region);
      const target =
        targets.find(({ reaches }) => reaches === balancer)?.id ??
        getElement(
          await call('CreateTrafficMirrorTarget', { NetworkLoadBalancerArn: balancer }),
          'trafficMirrorTargetId',
        );
      const filter =
        filters.find(({ description }) => description === NETOPS_FILTER)?.id ??
        getElement(await call('CreateTrafficMirrorFilter', { Description: NETOPS_FILTER }), 'trafficMirrorFilterId');
      const taken = new Set(sessions.filter((one) => one.interfaceId === source).map(({ number }) => number));
      let number = FIRST_NUMBER;
      while (taken.has(number)) number += 1;
      await call('CreateTrafficMirrorSession', sessionParameters({ source, target, filter, number, by: name }));
    },
  };
}

const NETOPS_FILTER = 'by hand, for a look at a problem';

/** Tags that are given to what a call creates. */
export function tagParameters(kind: string, tags: Tags): Parameters {
  const pairs = Object.entries(tags).flatMap(([key, value], index): [string, string][] => [
    [`TagSpecification.1.Tag.${index + 1}.Key`, key],
    [`TagSpecification.1.Tag.${index + 1}.Value`, value],
  ]);
  return pairs.length === 0 ? {} : { 'TagSpecification.1.ResourceType': kind, ...Object.fromEntries(pairs) };
}

/** A session that somebody makes by hand. */
export const sessionParameters = (session: {
  readonly source: string;
  readonly target: string;
  readonly filter: string;
  readonly number: number;
  readonly by: string;
}): Parameters => ({
  NetworkInterfaceId: session.source,
  TrafficMirrorTargetId: session.target,
  TrafficMirrorFilterId: session.filter,
  SessionNumber: String(session.number),
  Description: `by hand, ${session.by}`,
});
