import { expect, test } from 'vitest';
import { deploy, destination, personIn, startCloud, tagRules } from './rig.ts';

const WRITE = 'Microsoft.Network/networkInterfaces/tapConfigurations/write';
const DELETE = 'Microsoft.Network/networkInterfaces/tapConfigurations/delete';
const SWEEPS = 3;
const AWAKE_MS = 60_000;
const BETWEEN_SWEEPS_MS = 900_000;

const CASES = [
  [WRITE, 'Canceled', 'Canceled'],
  [WRITE, 'OperationPreempted', 'Canceled'],
  [WRITE, 'RegionNotEnabledForFeature', 'Failed'],
  [WRITE, 'NotFound', 'Failed'],
  [WRITE, 'VirtualNetworkTapSourceLimitReached', 'Failed'],
  [WRITE, 'InternalServerError', 'Failed'],
  [DELETE, 'Canceled', 'Canceled'],
  [DELETE, 'NotFound', 'Failed'],
  [DELETE, 'InternalServerError', 'Failed'],
] as const;

test.each(CASES)(
  'an operation of %s that always ends with %s interrupts a machine once, and not again within the hour',
  { timeout: 90_000 },
  async (action, code, ends) => {
    const cloud = await startCloud();
    const alice = personIn(cloud);
    const frontend = await alice.createFrontend();
    await alice.createTap('soc', frontend);
    const rules = tagRules({ sensor: destination(frontend) }, { interruption: { settle: '0s' } });
    const deployment = await deploy(cloud, rules, { instances: 2 });
    const [machine] = await alice.launch(1);
    const id = machine?.id ?? '';
    cloud.clock.skip(AWAKE_MS);
    const begin = { phase: 'operation', message: 'half-way', ends, times: 50, leaves: 'as-it-was' } as const;
    if (action === DELETE) {
      await alice.tag([id], { mirror: 'sensor' });
      await deployment.calm();
    }
    const before = deployment.writes.of(id);
    cloud.controls.failNext({ action, code, ...begin });
    if (action === DELETE) await alice.untag([id], 'mirror');
    else await alice.tag([id], { mirror: 'sensor' });
    await deployment.calm();
    expect(deployment.writes.of(id) - before, 'after the event').toBe(1);
    expect(deployment.holds()).toContain('operation-failed');
    for (let swept = 0; swept < SWEEPS; swept += 1) {
      cloud.clock.skip(BETWEEN_SWEEPS_MS);
      await deployment.sweep();
    }
    expect(deployment.writes.of(id) - before, 'after the sweeps').toBe(1);
    expect(deployment.failures).toEqual([]);
  },
);
