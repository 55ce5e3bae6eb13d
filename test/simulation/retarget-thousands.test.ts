import { CreateTrafficMirrorTargetCommand } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { deploy, personIn, sessionsIn, startCloud, tagRules, type Person } from './rig.ts';

const MACHINES = 5000;

const balancerArn = (name: string): string =>
  `arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/${name}/50dc6c495c0c9188`;

async function createTargetBefore(person: Person, arn: string): Promise<string> {
  const { TrafficMirrorTarget: target } = await person.client.send(
    new CreateTrafficMirrorTargetCommand({ NetworkLoadBalancerArn: arn }),
  );
  return target?.TrafficMirrorTargetId ?? '';
}

test(
  'five thousand interfaces move to a load balancer that listens, and stay where they are rather than move to one that does not',
  { timeout: 300_000 },
  async () => {
    const cloud = await startCloud({ visibilitySeconds: 600 });
    const alice = personIn(cloud);
    const arns = ['first', 'second', 'deaf'].map(balancerArn);
    const [first = '', second = '', deaf = ''] = arns;
    cloud.addBalancer({ arn: first });
    cloud.addBalancer({ arn: second });
    cloud.addBalancer({ arn: deaf, listeners: [{ protocol: 'TCP', port: 443 }] });
    const targets = new Map<string, string>();
    for (const arn of arns) targets.set(arn, await createTargetBefore(alice, arn));
    const filter = await alice.createFilter();
    const rulesTo = (arn: string): object =>
      tagRules(
        { sensor: { cloud: 'aws', region: 'us-east-1', networkLoadBalancer: arn, filter, sessionNumber: 100 } },
        { guard: { count: 10_000, percent: 100 } },
      );
    // Nearly all at once is more than a share; a person has to lift that by name.
    const move = async (): Promise<void> => {
      await deployment.host.resync(JSON.stringify({ scope: 'everything', mode: 'apply', lift: ['all'] }));
      await cloud.idle();
    };
    const standing = (): Readonly<Record<string, number>> =>
      Object.fromEntries(
        arns.map((arn) => [arn, sessionsIn(cloud).filter(({ target }) => target === targets.get(arn)).length]),
      );

    const deployment = await deploy(cloud, rulesTo(first));
    cloud.disturb({ random: () => 0, droppedShare: 1 });
    await alice.launch(MACHINES, { mirror: 'sensor' });
    await deployment.sweep();
    expect(standing()).toEqual({ [first]: MACHINES, [second]: 0, [deaf]: 0 });
    const ids = sessionsIn(cloud).map(({ id }) => id);

    await deployment.setRules(rulesTo(second));
    cloud.resetCalls();
    await move();
    expect(standing()).toEqual({ [first]: 0, [second]: MACHINES, [deaf]: 0 });
    expect(cloud.calls['ModifyTrafficMirrorSession']).toBe(MACHINES);
    expect(cloud.calls['CreateTrafficMirrorSession'] ?? 0).toBe(0);
    expect(sessionsIn(cloud).map(({ id }) => id)).toEqual(ids);

    await deployment.setRules(rulesTo(deaf));
    cloud.resetCalls();
    deployment.holds();
    await move();
    expect(standing()).toEqual({ [first]: 0, [second]: MACHINES, [deaf]: 0 });
    expect(cloud.calls['ModifyTrafficMirrorSession'] ?? 0).toBe(0);
    expect(deployment.holds()).toEqual(['destination-unhealthy']);
  },
);
