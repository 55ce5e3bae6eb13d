import { expect, test } from 'vitest';
import { NOT_ON_FASTPATH } from '../../../local/azure/arm/controls.ts';
import { configurationsIn, deploy, destination, personIn, startCloud, tagRules } from './rig.ts';

const WRITE = 'Microsoft.Network/networkInterfaces/tapConfigurations/write';
const DAY_MS = 86_400_000;

test(
  'a machine that has to be stopped and started first is held, and tried again when it starts or once a day',
  { timeout: 90_000 },
  async () => {
    const cloud = await startCloud();
    const alice = personIn(cloud);
    const frontend = await alice.createFrontend();
    await alice.createTap('soc', frontend);
    const rules = tagRules({ sensor: destination(frontend) }, { interruption: { settle: '0s' } });
    const deployment = await deploy(cloud, rules, { instances: 2 });
    const [first, second] = await alice.launch(2);
    const [one, two] = [first?.id ?? '', second?.id ?? ''];
    for (const phase of ['request', 'operation'] as const) {
      cloud.controls.failNext({ action: WRITE, phase, ...NOT_ON_FASTPATH });
      await alice.tag([phase === 'request' ? one : two], { mirror: 'sensor' });
      await deployment.calm();
      expect(deployment.holds(), phase).toContain('needs-restart');
    }
    const tries = (): number => deployment.writes.writes.filter(({ method }) => method === 'PUT').length;
    expect(tries()).toBe(2);

    // Neither another event nor a sweep tries it again.
    await alice.tag([one, two], { team: 'payments' });
    await deployment.calm();
    await deployment.sweep();
    expect(tries()).toBe(2);
    expect(deployment.holds()).toEqual(['needs-restart']);

    await alice.power(one, 'deallocate');
    await deployment.calm();
    await alice.power(one, 'start');
    await deployment.calm();
    const mirrored = (): readonly string[] =>
      configurationsIn(cloud).flatMap(({ source, state }) => (state === 'Succeeded' ? [source] : []));
    expect(mirrored()).toEqual([first?.source]);

    cloud.clock.skip(DAY_MS);
    await deployment.sweep();
    expect(new Set(mirrored())).toEqual(new Set([first?.source, second?.source]));
  },
);
