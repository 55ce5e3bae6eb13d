import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Io } from '../../cli/io.ts';
import { type AzureCloud, startAzureCloud } from '../../local/azure/start.ts';
import { attach, createMachine, GROUP, layGround, machinePath, networkPath, request } from '../local/azure/fleet.ts';
import { fileOf, type Ran, run } from './run.ts';

const [FIRST, SECOND, DISABLED] = ['1', '2', '3'].map((n) => `${n.repeat(8)}-1111-4111-8111-111111111111`) as [
  string,
  string,
  string,
];

let cloud: AzureCloud;
let env: Io['env'];
beforeEach(async () => {
  cloud = await startAzureCloud({ operationMs: 2, settleMs: 2, subscriptions: [FIRST, SECOND, DISABLED] });
  await layGround(cloud);
  env = { TAPKEEPER_ARM_ENDPOINT: cloud.endpoint };
});
afterEach(() => cloud.stop());

const rules = (more = ''): string =>
  fileOf(`version: 1
owner: prod
${more}
destinations:
  soc:
    cloud: azure
    loadBalancerFrontend: ${networkPath(cloud, 'loadBalancers/lb/frontendIPConfigurations/front')}
rules:
  - name: tagged
    when: { tag: mirror }
    mirror: { fromTag: mirror, among: [soc] }
`);

const tapkeeper = (typed: readonly string[], io: Partial<Io> = {}, file = rules()): Promise<Ran> =>
  run([...typed, '--rules', file], { env, ...io });

interface Plans {
  readonly plans: readonly { readonly scope: { account: string }; readonly guard: { digest: string } }[];
}

describe("--account '*'", () => {
  test('plans every subscription that is seen, and leaves out one that is disabled', async () => {
    cloud.controls.setSubscriptionState(DISABLED, 'Disabled');
    const { plans } = JSON.parse((await tapkeeper(['plan', '--json', '--account', '*'])).out) as Plans;
    expect(plans.map(({ scope }) => scope.account)).toEqual([FIRST, SECOND]);
  });

  test('goes on where one of them is denied, says why, and exits with 4', async () => {
    await createMachine(cloud, 'vm1', { mirror: 'soc' });
    for (const permission of ['Microsoft.Network/networkInterfaces/read', 'Microsoft.Compute/virtualMachines/read']) {
      cloud.controls.deny(permission, `/subscriptions/${SECOND}`);
    }
    const { code, out } = await tapkeeper(['plan', '--scope', '*']);
    expect(code).toBe(4);
    expect(out).toMatch(new RegExp(`Azure ${FIRST} .*\\n.*attach`));
    expect(out).toMatch(new RegExp(`Azure ${SECOND} .*\\n.*incomplete: .*networkInterfaces/read`));
  });

  test('is an error, and no empty plan, when Azure does not say', async () => {
    cloud.controls.deny('Microsoft.Resources/subscriptions/read');
    const { code, out, err } = await tapkeeper(['plan'], { env: { ...env, TAPKEEPER_SUBSCRIPTIONS: '*' } });
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('Microsoft.Resources/subscriptions/read');
  });
});

describe('on running machines', () => {
  beforeEach(() => createMachine(cloud, 'vm1', { mirror: 'soc' }));
  const plan = (file?: string): Promise<Ran> => tapkeeper(['plan', '--scope', FIRST], {}, file);

  test('the plan says whom it interrupts, live and from a snapshot alike', async () => {
    const file = rules();
    const live = await plan(file);
    expect(live.out).toContain('1 running machine would be interrupted');
    const from = fileOf('', 'fleet.json');
    await tapkeeper(['snapshot', '--scope', FIRST, '--out', from], {}, file);
    expect(await run(['plan', '--rules', file, '--from', from])).toEqual(live);
    expect((await run(['validate', file, '--from', from])).code).toBe(0);
  });

  test('what decides fitness and may not be read is said, live and from a snapshot alike', async () => {
    cloud.controls.deny('Microsoft.Network/virtualNetworks/read');
    const file = rules();
    const live = await plan(file);
    expect(live.code).toBe(4);
    expect(live.out).toMatch(/! incomplete: surroundings: .*virtualNetworks\/read/);
    expect(live.out).toContain('1 running machine would be interrupted');
    const from = fileOf('', 'fleet.json');
    expect((await tapkeeper(['snapshot', '--scope', FIRST, '--out', from], {}, file)).code).toBe(4);
    expect(await run(['plan', '--rules', file, '--from', from])).toEqual(live);
  });

  test('a closed window holds it, live and from a snapshot alike', async () => {
    const file = rules('interruption: { windows: [{ cron: "0 2 30 2 *", duration: 1h, timeZone: UTC }] }');
    const live = await plan(file);
    expect(live.out).toContain('outside-window');
    const from = fileOf('', 'fleet.json');
    await tapkeeper(['snapshot', '--scope', FIRST, '--out', from], {}, file);
    expect((await run(['plan', '--rules', file, '--from', from])).out).toBe(live.out);
  });

  test('apply interrupts each once, and says that it counts for itself', async () => {
    await createMachine(cloud, 'vm2', { mirror: 'soc' });
    cloud.interruptions.reset();
    const { code, err, out } = await tapkeeper(['apply', '--scope', FIRST], { ask: async () => 'yes' });
    expect([code, out.match(/done +attach/g)?.length]).toEqual([0, 2]);
    expect(err).toContain('At most 5 running machines of a subscription are interrupted at a time');
    const times = ['vm1', 'vm2'].map((name) => cloud.interruptions.of(machinePath(cloud, name)));
    expect(times).toEqual([1, 1]);
  });

  test('adopt has what its commands remake be ours', async () => {
    await attach(cloud, 'vm1-nic', 'source-tap-config');
    expect((await plan()).code).toBe(0);
    const { out } = await tapkeeper(['adopt', '--scope', FIRST]);
    expect(out).toContain('vm1 twice');
    const command =
      /^az network nic vtap-config delete .*--resource-group (\S+) --nic-name (\S+) --name (\S+) --yes && az .* --name (\S+) --vnet-tap (\S+)$/m;
    const [, group = '', nic = '', theirs = '', ours = '', tap = ''] = command.exec(out) ?? [];
    expect(group).toBe(GROUP.toLowerCase());
    const at = networkPath(cloud, `networkInterfaces/${nic}/tapConfigurations`);
    cloud.interruptions.reset();
    await request(cloud, 'DELETE', `${at}/${theirs}`);
    await cloud.idle();
    await request(cloud, 'PUT', `${at}/${ours}`, { properties: { virtualNetworkTap: { id: tap } } });
    await cloud.idle();
    expect(cloud.interruptions.of(machinePath(cloud, 'vm1'))).toBe(2);
    expect((await plan()).out).toContain('nothing to do');
    expect((await tapkeeper(['adopt', '--scope', FIRST])).out).toContain('no TAP configuration of others');
  });
});
