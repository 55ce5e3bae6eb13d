import {
  DescribeNetworkInterfacesCommand,
  DescribeVpcsCommand,
  paginateDescribeNetworkInterfaces,
  RunInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import { expect, test, vi } from 'vitest';
import { EVERYTHING, takeEvents } from './events.ts';
import { clientOf, createSensor, launch, launchOptions, refusalOf, sessionCommand, startCloud } from './rig.ts';

const MEMBER = '222222222222';

test('an action fails as often as is asked for, with what is asked for', async () => {
  const cloud = await startCloud({ rules: EVERYTHING });
  const client = clientOf(cloud);
  const { interfaces } = await launch(cloud, client);
  const sensor = await createSensor(client);
  await takeEvents(cloud);
  cloud.fail('CreateTrafficMirrorSession', { code: 'InternalError', status: 500, message: 'Oh', after: 1, times: 2 });
  const create = (number: number) => client.send(sessionCommand(interfaces[0], sensor, number));
  await create(1);
  await expect(create(2)).rejects.toMatchObject({
    name: 'InternalError',
    message: 'Oh',
    $metadata: { httpStatusCode: 500 },
  });
  expect(await refusalOf(create(2))).toBe('InternalError');
  await create(2);
  expect(cloud.state.in().sessions.map(({ number }) => number)).toEqual([1, 2]);
  const codes = (await takeEvents(cloud)).map(({ detail }) => detail['errorCode']);
  expect(codes).toEqual([undefined, 'Server.InternalError', 'Server.InternalError', undefined]);
});

test('a failure is of an action, a region and an account, until it is ended', async () => {
  const cloud = await startCloud({ accounts: ['111111111111', MEMBER] });
  const clients = [
    clientOf(cloud),
    clientOf(cloud, { account: MEMBER }),
    clientOf(cloud, { account: MEMBER, region: 'eu-west-1' }),
    clientOf(cloud, { region: 'eu-west-1' }),
  ];
  const ask = () => Promise.all(clients.map((client) => refusalOf(client.send(new DescribeVpcsCommand({})))));
  const fine = 'the call succeeded';
  const end = cloud.fail('DescribeVpcs', { code: 'Unavailable', account: MEMBER, region: 'eu-west-1' });
  cloud.fail('DescribeSubnets', { code: 'InternalError' });
  expect(await ask()).toEqual([fine, fine, 'Unavailable', fine]);
  end();
  expect(await ask()).toEqual([fine, fine, fine, fine]);
  cloud.fail('*', { code: 'Unavailable', region: 'us-east-1' });
  expect(await ask()).toEqual(['Unavailable', 'Unavailable', fine, fine]);
});

test('a connection breaks down in the middle of a list', async () => {
  const cloud = await startCloud();
  const client = clientOf(cloud);
  await client.send(new RunInstancesCommand({ ...launchOptions('m5.large'), MinCount: 12, MaxCount: 12 }));
  const end = cloud.hangUp('DescribeNetworkInterfaces', { after: 2 });
  const sizes: (number | undefined)[] = [];
  const list = async () => {
    for await (const page of paginateDescribeNetworkInterfaces({ client, pageSize: 5 }, {})) {
      sizes.push(page.NetworkInterfaces?.length);
    }
  };
  await expect(list()).rejects.toThrow(/socket hang up|ECONNRESET/);
  expect(sizes).toEqual([5, 5]);
  end();
  await list();
  expect(sizes).toEqual([5, 5, 5, 5, 2]);
});

test('a region is silent', async () => {
  const cloud = await startCloud();
  cloud.hangUp('*', { how: 'silence', region: 'eu-west-1' });
  const client = clientOf(cloud, { region: 'eu-west-1' });
  const gone = new AbortController();
  const outcome = refusalOf(client.send(new DescribeNetworkInterfacesCommand({}), { abortSignal: gone.signal }));
  await vi.waitUntil(() => cloud.calls['DescribeNetworkInterfaces'] === 1);
  await clientOf(cloud).send(new DescribeNetworkInterfacesCommand({}));
  gone.abort();
  expect(await outcome).toBe('AbortError');
});

test('an answer is lost after the call has had its effect', async () => {
  const cloud = await startCloud();
  const client = clientOf(cloud);
  const { id } = await launch(cloud, client);
  const stop = new StopInstancesCommand({ InstanceIds: [id] });
  cloud.hangUp('StopInstances', { times: 1 });
  await expect(client.send(stop)).rejects.toThrow();
  expect(cloud.state.in().instances[0]?.state).toBe('running');
  cloud.hangUp('StopInstances', { times: 1, lost: 'answer' });
  await expect(client.send(stop)).rejects.toThrow();
  await cloud.idle();
  expect(cloud.state.in().instances[0]?.state).toBe('stopped');
});

test('answers take as long as is asked for', async () => {
  const cloud = await startCloud({ latencyMs: 60 });
  const since = performance.now();
  await clientOf(cloud).send(new DescribeVpcsCommand({}));
  expect(performance.now() - since).toBeGreaterThanOrEqual(59);
});
