import { expect, test } from 'vitest';
import { configurationsIn, deploy, destination, personIn, startCloud, tagRules } from './rig.ts';

test(
  'what fails again and again is kept and told of after each sweep, and loses nothing',
  { timeout: 120_000 },
  async () => {
    const cloud = await startCloud();
    const alice = personIn(cloud);
    const frontend = await alice.createFrontend();
    await alice.createTap('soc', frontend);
    const rules = tagRules({ sensor: destination(frontend) });
    const deployment = await deploy(cloud, rules);
    await deployment.setRules({ version: 2 });
    await alice.launch(1, { tags: { mirror: 'sensor' } });
    await deployment.calm();
    const poison = cloud.queues.queue('tapkeeper-events-poison');
    const kept = async (): Promise<number> => (await poison.getProperties()).approximateMessagesCount ?? 0;
    const messages = await kept();
    expect(messages).toBeGreaterThan(0);

    await deployment.setRules(rules);
    await deployment.sweep();
    expect(configurationsIn(cloud)).toHaveLength(1);
    const told = (): readonly unknown[] => deployment.journal.filter(({ kind }) => kind === 'dead-letters');
    expect(told()).toEqual([expect.objectContaining({ lane: 'event', messages })]);
    await deployment.sweep();
    expect(told()).toHaveLength(2);
    expect(await kept()).toBe(messages);
  },
);
