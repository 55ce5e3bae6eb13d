import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { deploy, destination, personIn, startCloud, tagRules } from '../rig.ts';
import { peopleIn, seededDice } from './people.ts';
import { differences, type Sensor } from './wanted.ts';
import { watch } from './watch.ts';

/** The clouds' seconds pass this much faster than those of the machine, queues apart. */
const HASTE = 50;
const fastClock = { now: () => STARTED_MS + (Date.now() - STARTED_MS) * HASTE };
const STARTED_MS = Date.now();
const sleep = (ms: number): Promise<void> => wait(ms / HASTE);

/** How long what was done stays unseen by Describe calls. */
const SEEN_AFTER_MS = 1000;

/** Other seeds, and more of them: TAPKEEPER_SEEDS=1,2,3. A failure names its own. */
const SEEDS = (process.env['TAPKEEPER_SEEDS'] ?? '2,4,7').split(',').map(Number);
const ROUNDS = 12;
const ACTS_PER_ROUND = 6;

const toRules = (sensors: readonly Sensor[]): object =>
  tagRules(
    Object.fromEntries(
      sensors.map(({ name, target, filter, number, packetLength }) => [
        name,
        destination(target, filter, number, packetLength === null ? {} : { packetLength }),
      ]),
    ),
    {
      rules: [
        {
          name: 'tagged',
          when: { tag: 'mirror' },
          mirror: { fromTag: 'mirror', among: sensors.map(({ name }) => name) },
        },
        { name: 'opted-out', when: { tag: 'optout', equals: 'yes' }, never: true },
      ],
    },
  );

test.for(SEEDS)(
  'whatever people do and whatever becomes of the events, one sweep makes the world be as the rules ask: seed %i',
  { timeout: 120_000 },
  async (seed) => {
    const dice = seededDice(seed);
    const cloud = await startCloud({ clock: fastClock, seenAfterMs: SEEN_AFTER_MS });
    const person = personIn(cloud);
    const [all, tcp, udp, icmp] = [
      await person.createFilter(),
      await person.createFilter(6),
      await person.createFilter(17),
      await person.createFilter(1),
    ];
    const targets = [await person.createTarget(), await person.createTarget(), await person.createTarget()] as const;
    const drawRules = (): readonly Sensor[] => [
      { name: 'one', target: targets[0], filter: tcp, number: dice.below(2) === 0 ? 100 : 150, packetLength: null },
      { name: 'two', target: targets[1], filter: udp, number: dice.below(2) === 0 ? 200 : 50, packetLength: 128 },
      { name: 'three', target: targets[dice.below(3)] ?? targets[2], filter: all, number: 300, packetLength: null },
    ];
    let sensors = drawRules();
    const watched = watch(cloud);
    const deployment = await deploy(cloud, toRules(sensors), { sleep });
    const theirs = { targets: [await person.createTarget()], filters: [tcp, udp, icmp] };
    const people = peopleIn({ cloud, person, watch: watched, dice, sensors, theirs });

    const story: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const disturbed = cloud.disturb({
        random: dice.next,
        droppedShare: 0.2,
        duplicatedShare: 0.3,
        delayedShare: 0.3,
        longestDelayMs: 100,
      });
      const calm = [
        cloud.fail('CreateTrafficMirrorSession', { code: 'RequestLimitExceeded', status: 503, times: dice.below(6) }),
        cloud.fail('ModifyTrafficMirrorSession', { code: 'InternalError', status: 500, times: dice.below(2) }),
        cloud.hangUp('DeleteTrafficMirrorSession', { lost: 'answer', times: dice.below(2) }),
      ];
      for (let at = 0; at < ACTS_PER_ROUND; at++) story.push(await people.act());
      await cloud.idle();
      for (const end of calm) end();
      story.push(`(${disturbed.dropped} events lost)`);
      // What somebody creates between our read and our write, or what EC2 does not show yet, no client can respect.
      cloud.disturb({ random: () => 0, droppedShare: 1 });
      story.push(await people.actOnTheirs());
      await sleep(2 * SEEN_AFTER_MS);
      if (dice.below(4) === 0) {
        sensors = drawRules();
        await deployment.setRules(toRules(sensors));
        story.push('new rules');
      }
    }
    cloud.disturb(null);
    await sleep(2 * SEEN_AFTER_MS);
    const trips = await deployment.sweep();
    // Where nearly all that is mirrored is to go, a person is asked.
    if (trips.includes('all')) {
      await deployment.host.resync(JSON.stringify({ scope: 'everything', mode: 'apply', lift: ['all'] }));
      await cloud.idle();
    }

    const told = `seed ${seed}, after: ${story.join(', ')}`;
    expect(differences(cloud, { sensors }), told).toEqual([]);
    expect(watched.violations, told).toEqual([]);
  },
);
