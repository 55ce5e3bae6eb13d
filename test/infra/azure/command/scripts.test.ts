import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AzureCloud, startAzureCloud } from '../../../../local/azure/start.ts';
import { attach, createMachine, layGround } from '../../../local/azure/fleet.ts';
import type { Recorded } from '../../command/recorded.ts';
import { fixturesOf, runScript } from '../../command/stand-ins.ts';
import { compiled, error, HOME, KEPT, NO_TAPS, OUTPUTS, PARAMETERS, parametersFile, READY } from './commands.ts';

const COMMANDS = ['az', 'npm'];
const run = (script: string, typed: readonly string[], table: Readonly<Record<string, Recorded>>, env = {}) =>
  runScript(`infra/azure/command/${script}.ts`, typed, { commands: COMMANDS, fixtures: fixturesOf(table), env });

describe('the scripts, as processes', () => {
  test('check:azure asks the Azure CLI and nobody else, and ends with 0', async () => {
    const { code, out, err, asked } = await run('check', [parametersFile()], READY);

    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/15 ok, 0 to look at, 0 FAIL: nothing stops a deployment\n$/);
    expect(asked.every((line) => line.startsWith('az '))).toBe(true);
  });

  test('deploy:azure refuses a region without VTAPs, and deploys nothing', async () => {
    const { code, out, asked } = await run('deploy', [parametersFile()], {
      ...READY,
      ...NO_TAPS,
    });

    expect(code).toBe(1);
    expect(out).toContain('regions with VTAPs: germanywestcentral, koreacentral');
    expect(asked.filter((line) => / (create|config-zip|run) /.test(line))).toEqual([]);
  });

  test('deploy:azure checks, packs, deploys and publishes, in this order', async () => {
    const deployed = { 'az deployment sub show': OUTPUTS, 'az role definition list': [] };
    const { code, out, asked } = await run('deploy', [parametersFile(), '--subscription', HOME], {
      ...READY,
      ...deployed,
    });

    expect(code).toBe(0);
    expect(asked[1]).toBe(`az account show --subscription ${HOME} --output json`);
    expect(asked.filter((line) => / (create|config-zip|run) /.test(line)).map((line) => line.split(' --')[0])).toEqual([
      'npm run',
      'az deployment sub create',
      'az functionapp deployment source config-zip',
    ]);
    expect(out).toContain('Next:');
  });
});

describe('remove:azure, beside a cloud on this machine', () => {
  let cloud: AzureCloud;
  beforeEach(async () => {
    cloud = await startAzureCloud({ operationMs: 2, settleMs: 2, subscriptions: [HOME, KEPT] });
    await layGround(cloud);
    for (const [name, configuration] of [
      ['a', 'tapkeeper-v1-prod'],
      ['b', 'theirs'],
    ] as const) {
      await createMachine(cloud, name);
      await attach(cloud, `${name}-nic`, configuration);
    }
  });
  afterEach(() => cloud.stop());

  const left = () => cloud.state.tapConfigurations.map(({ id }) => id.split('/').at(-1)?.toLowerCase());

  test('deletes nothing before everything of ours is gone, and then what the outputs name', async () => {
    const parameters = parametersFile();
    const table = {
      ...READY,
      'az bicep build-params': compiled(PARAMETERS),
      'az deployment sub show': OUTPUTS,
      // So that nothing has to be waited for.
      'az functionapp config': error('ResourceNotFound', 'no app'),
    };
    const env = { TAPKEEPER_ARM_ENDPOINT: cloud.endpoint };
    const deletions = (asked: readonly string[]) => asked.filter((line) => line.includes(' delete ')).length;

    const refused = await run('remove', [parameters], table, env);
    expect([refused.code, left(), deletions(refused.asked)]).toEqual([1, ['tapkeeper-v1-prod', 'theirs'], 0]);
    expect(refused.err).toContain('nobody is there to confirm the plan');
    expect(refused.err).toContain('nothing was removed');

    const digest = /1 to detach[^\n]*digest (\w+)/.exec(refused.err)?.[1] ?? '';
    const removed = await run('remove', [parameters, '--expects', digest], table, env);
    expect([removed.code, left(), deletions(removed.asked)]).toEqual([0, ['theirs'], 12]);
    expect(removed.out).toContain(`Azure ${HOME}: nothing of ours is left`);
  }, 60_000);
});
