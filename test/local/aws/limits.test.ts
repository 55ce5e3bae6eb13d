import {
  CreateTrafficMirrorFilterCommand,
  CreateTrafficMirrorTargetCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { createEndpoint } from '../../../local/aws/ec2/endpoint.ts';
import { createQueryServer } from '../../../local/aws/ec2/server.ts';
import type { RegionState } from '../../../local/aws/ec2/region.ts';
import { createTroubles } from '../../../local/aws/ec2/troubles.ts';
import { createIdentities } from '../../../local/aws/identity.ts';
import { createPolicies } from '../../../local/aws/policy/policies.ts';
import { listenOnLoopback } from '../../../local/aws/ports.ts';
import { createSensor, endAfterTest, NLB, refusalOf, sessionCommand } from './rig.ts';

const ACCOUNT = '123456789012';

/** EC2 alone, whose records a test can add to: 10,000 calls would take long. */
async function startEndpoint() {
  const steps: (() => void)[] = [];
  const endpoint = createEndpoint({
    defaultRegion: 'us-east-1',
    nowMs: () => 0,
    random: Math.random,
    identities: createIdentities([ACCOUNT]),
    policies: createPolicies(),
    latencyMs: 0,
    seenAfterMs: 0,
    buckets: null,
    lenientTo: null,
    troubles: createTroubles(),
    emit: () => {},
    later: (step) => void steps.push(step),
    changed: () => {},
  });
  const server = createQueryServer(endpoint, { query: [], json: [] });
  const port = await listenOnLoopback(server, 0, 'EC2');
  const client = new EC2Client({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'alice', secretAccessKey: 'secret' },
  });
  endAfterTest(async () => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  });
  return { client, region: endpoint.regionOf('us-east-1', ACCOUNT), settle: () => steps.forEach((step) => step()) };
}

function fill(table: RegionState['sessions' | 'targets' | 'filters'], count: number): void {
  for (let nth = 0; nth < count; nth += 1) table.set(`filler-${nth}`, FILLER as never);
}

const FILLER = { id: 'filler', sequence: 1, interfaceId: 'eni-0', targetId: 'tmt-0', filterId: 'tmf-0' };

test('an account has 10,000 sessions', async () => {
  const { client, region, settle } = await startEndpoint();
  const { Instances } = await client.send(
    new RunInstancesCommand({ ImageId: 'ami-0123456789abcdef0', InstanceType: 'm5.large', MinCount: 1, MaxCount: 1 }),
  );
  settle();
  const sensor = await createSensor(client);
  fill(region.sessions, 9999);
  const source = Instances?.[0]?.NetworkInterfaces?.[0]?.NetworkInterfaceId;
  await client.send(sessionCommand(source, sensor, 1));
  expect(await refusalOf(client.send(sessionCommand(source, sensor, 2)))).toBe('TrafficMirrorSessionLimitExceeded');
});

test('an account has 10,000 targets and as many filters', async () => {
  const { client, region } = await startEndpoint();
  const createTarget = () => client.send(new CreateTrafficMirrorTargetCommand({ NetworkLoadBalancerArn: NLB }));
  const createFilter = () => client.send(new CreateTrafficMirrorFilterCommand({}));
  fill(region.targets, 9999);
  fill(region.filters, 9999);
  await createTarget();
  await createFilter();
  expect(await refusalOf(createTarget())).toBe('TrafficMirrorTargetLimitExceeded');
  expect(await refusalOf(createFilter())).toBe('TrafficMirrorFilterLimitExceeded');
});
