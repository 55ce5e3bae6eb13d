import {
  CreateTrafficMirrorFilterCommand,
  CreateTrafficMirrorTargetCommand,
  DescribeSubnetsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { CreateLoadBalancerCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { rename, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { type LocalOptions, type LocalRun, startLocal } from '../../../local/start.ts';
import type { PageState } from '../../../local/page/page-state.ts';
import { fileOf } from '../../cli/run.ts';
import { countOurs, findMachine, press, pressWell, untilShown } from './look.ts';

const OPTIONS: LocalOptions = {
  port: 0,
  ec2Port: 0,
  armPort: 0,
  rulesPath: null,
  empty: false,
  demo: false,
  sweepSeconds: 3600,
  log: () => undefined,
};

const running: LocalRun[] = [];
afterEach(async () => {
  for (const run of running.splice(0)) await run.stop();
});

async function start(options: Partial<LocalOptions>): Promise<LocalRun> {
  const run = await startLocal({ ...OPTIONS, ...options });
  running.push(run);
  return run;
}

describe('the clouds on one machine, with a fleet', () => {
  test('attach what the rules ask for and say why the rest is not', async () => {
    const { page } = await start({});
    const names = ['web-1', 'payments-1', 'api-1', 'ledger-1'];
    const state = await untilShown(
      page,
      (seen) => names.every((name) => countOurs(seen, name) === 1) && seen.latency.count === names.length,
    );
    const codesOf = (name: string) => findMachine(state, name)?.interfaces[0]?.reasons.map(({ code }) => code);
    expect(codesOf('web-2')).toEqual(['not-wished']);
    expect(codesOf('batch-1')).toEqual(['unknown-destination']);
    const [theirs] = findMachine(state, 'payments-1')?.interfaces[0]?.attachments ?? [];
    expect(theirs).toMatchObject({ isOurs: false, number: 100 });
    expect(state.latency.lastMs).toBeGreaterThan(0);
  });

  test.each(['aws', 'azure'] as const)('follow the buttons on %s', async (cloud) => {
    const { page } = await start({});
    await untilShown(page, (seen) => countOurs(seen, 'web-1') + countOurs(seen, 'api-1') === 2);
    await pressWell(page, { kind: 'launch', cloud, tag: { name: 'mirror', value: 'soc' } });
    let state = await untilShown(page, (seen) => countOurs(seen, 'vm-1') === 1);
    const machine = findMachine(state, 'vm-1');
    const source = machine?.interfaces[0];
    const attachment = source?.attachments[0]?.id ?? '';

    await pressWell(page, { kind: 'break', cloud, attachment });
    await untilShown(page, ({ feed }) => feed.filter(({ text }) => text.startsWith('attached vm-1 ')).length === 2);

    await pressWell(page, { kind: 'untag', cloud, machine: machine?.id, name: 'mirror' });
    state = await untilShown(page, (seen) => countOurs(seen, 'vm-1') === 0);

    await pressWell(page, { kind: 'intrude', cloud, source: source?.id });
    await untilShown(page, (seen) => findMachine(seen, 'vm-1')?.interfaces[0]?.attachments.length === 1);

    await pressWell(page, { kind: 'stop', cloud, machine: machine?.id });
    await untilShown(page, (seen) => findMachine(seen, 'vm-1')?.state === 'stopped');
    await pressWell(page, { kind: 'start', cloud, machine: machine?.id });
    await untilShown(page, (seen) => findMachine(seen, 'vm-1')?.state === 'running');
    await pressWell(page, { kind: 'terminate', cloud, machine: machine?.id });
    state = await untilShown(page, (seen) => ['gone', undefined].includes(findMachine(seen, 'vm-1')?.state));
    expect(countOurs(state, 'vm-1')).toBe(0);
  });

  test('show what resync would do, and sweep', async () => {
    const { page } = await start({});
    expect((await press(page, { kind: 'plan' })).html).toMatch(/AWS 123456789012 us-east-1[^]*Azure/);
    expect(await press(page, { kind: 'sweep' })).toMatchObject({ kind: 'done' });
  });

  test('answer what no button asks for', async () => {
    const { page } = await start({ empty: true });
    expect(await press(page, { kind: 'launch' })).toMatchObject({ kind: 'refused' });
    expect(await press(page, { kind: 'stop', cloud: 'aws', machine: 'i-0' })).toMatchObject({
      kind: 'refused',
      text: expect.stringContaining('StopInstances: InvalidInstanceID') as string,
    });
  });
});

test('a load balancer that a person made and that does not listen is shown to be why nothing is attached', async () => {
  const rulesPath = fileOf('version: 1\nowner: local\n');
  const { page, ec2 } = await start({ empty: true, rulesPath });
  const config = { endpoint: ec2, region: 'us-east-1', credentials: { accessKeyId: 'me', secretAccessKey: 'any' } };
  const [client, balancers] = [new EC2Client(config), new ElasticLoadBalancingV2Client(config)];
  const { Subnets: [subnet] = [] } = await client.send(new DescribeSubnetsCommand({}));
  const { LoadBalancers: [balancer] = [] } = await balancers.send(
    new CreateLoadBalancerCommand({ Name: 'sensor', Type: 'network', Subnets: [subnet?.SubnetId ?? ''] }),
  );
  const networkLoadBalancer = balancer?.LoadBalancerArn;
  await client.send(new CreateTrafficMirrorTargetCommand({ NetworkLoadBalancerArn: networkLoadBalancer }));
  const { TrafficMirrorFilter: filter } = await client.send(new CreateTrafficMirrorFilterCommand({}));
  const entry = { networkLoadBalancer, filter: filter?.TrafficMirrorFilterId, sessionNumber: 100 };
  const destinations = { sensor: { cloud: 'aws', region: 'us-east-1', ...entry } };
  const rules = [{ name: 'tagged', when: { tag: 'mirror' }, mirror: ['sensor'] }];
  await writeFile(rulesPath, JSON.stringify({ version: 1, owner: 'local', destinations, rules }));
  await pressWell(page, { kind: 'launch', cloud: 'aws', tag: { name: 'mirror', value: 'yes' } });
  const codesOf = (state: PageState) =>
    findMachine(state, 'vm-1')?.interfaces[0]?.reasons.map(({ code }) => code) ?? [];
  const deaf = await untilShown(page, (seen) => seen.feed.some(({ text }) => text.includes('destination-unhealthy')));
  expect(codesOf(deaf)).toContain('destination-unhealthy');
  expect(codesOf(deaf)).not.toContain('pending');
  [client, balancers].forEach((one) => one.destroy());
});

describe('the rules file', () => {
  const NO_RULES = 'version: 1\nowner: local\ndestinations: {}\nrules: []\n';

  test('may be empty of destinations and rules, and takes effect when it changes', async () => {
    const path = fileOf(NO_RULES);
    const { page } = await start({ empty: true, rulesPath: path });
    const before = await untilShown(page, ({ clouds }) => clouds.length === 2);
    expect([before.rules.state, before.clouds.map(({ machines }) => machines.length)]).toEqual(['in-force', [0, 0]]);

    await writeFile(path, NO_RULES.replace('owner: local', 'owner: other'));
    const after = await untilShown(page, ({ rules }) => rules.version !== before.rules.version);
    expect(after.rules.problems).toBe('');
  });

  test('that is not valid any more leaves the last good rules in force, and says so', async () => {
    const path = fileOf(NO_RULES);
    const lines: string[] = [];
    const { page } = await start({ empty: true, rulesPath: path, log: (line) => lines.push(line) });
    const { rules: before } = await untilShown(page, ({ clouds }) => clouds.length === 2);

    await writeFile(`${path}.new`, 'version: 1\nowner: Local!\nrulez: []\n');
    await rename(`${path}.new`, path);
    const { rules } = await untilShown(page, (seen) => seen.rules.state === 'kept');
    expect(rules.version).toBe(before.version);
    expect(rules.problems).toMatch(/tapkeeper\.yaml:\d+:\d+/);
    expect(lines.join('')).toContain('is not valid, the last good rules stay in force');

    await writeFile(path, NO_RULES);
    await untilShown(page, (seen) => seen.rules.state === 'in-force');
  });

  test('that is not valid to begin with is an error with every problem, and nothing is left running', async () => {
    const starting = startLocal({ ...OPTIONS, rulesPath: fileOf('version: 1\nowner: Local!\n') });
    await expect(starting).rejects.toMatchObject({ code: 'config-invalid', message: /tapkeeper\.yaml:2:\d+/ });
  });
});

test.each(['port', 'ec2Port', 'armPort'] as const)('a %s that is taken is named', async (name) => {
  const first = await start({ empty: true });
  const taken = Number(new URL(first.page).port);
  await expect(startLocal({ ...OPTIONS, empty: true, [name]: taken })).rejects.toThrow(
    new RegExp(`127\\.0\\.0\\.1:${taken}.*taken`),
  );
});
