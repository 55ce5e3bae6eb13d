import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { OTHER_SEEDS, seededDice, type Dice } from '../dice.ts';
import { deploy, destination, personIn, startCloud, tagRules } from '../rig.ts';
import { peopleIn } from './people.ts';
import { differences, type Sensor } from './wanted.ts';
import { OWNERS, watch } from './watch.ts';

/*
 * What the seed repeats: which acts people try in each round and what each picks by among what stands, what becomes of the
 * first, second, … event of a round, which calls fail and how often, and the rules. What it does not: the deployed handlers
 * run on real sockets and timers, so how their calls interleave with people's, and with that what stands when somebody picks
 * and which of the calls meets a failure, can differ from run to run.
 */

/** The clouds' seconds pass this much faster than those of the machine, queues apart. */
const HASTE = 50;
const fastClock = { now: () => STARTED_MS + (Date.now() - STARTED_MS) * HASTE };
const STARTED_MS = Date.now();
const sleep = (ms: number): Promise<void> => wait(ms / HASTE);

/** How long what was done stays unseen by Describe calls, where it does. */
const SEEN_AFTER_MS = 1000;

/**
 * Where processes race, or act on what they cannot see yet, they may well ask for a number that is taken, which EC2 refuses.
 * One process at a time that sees all may not even ask: there the cloud refuses nothing, and the watch would find it done.
 */
const WORLDS = [
  { name: 'processes race and see late', seeds: [2, 4, 7], cloud: { seenAfterMs: SEEN_AFTER_MS }, processes: {} },
  {
    name: 'nothing is refused to one process',
    seeds: [5, 12, 18, 19, 22, 25],
    cloud: { isLenient: true },
    processes: { eventConcurrency: 1, bulkConcurrency: 1, reservedConcurrency: 1 },
  },
] as const;

const ROUNDS = 12;
const ACTS_PER_ROUND = 6;
const ACTS_ON_THEIRS_PER_ROUND = 4;

interface Rules {
  readonly owner: (typeof OWNERS)[number];
  readonly sensors: readonly Sensor[];
}

const toFile = ({ owner, sensors }: Rules): object =>
  tagRules(
    Object.fromEntries(
      sensors.map(({ name, target, filter, number, packetLength }) => [
        name,
        destination(target, filter, number, packetLength === null ? {} : { packetLength }),
      ]),
    ),
    {
      owner,
      formerOwners: OWNERS.filter((other) => other !== owner),
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

/** All that chance decides in a round, drawn before anything happens. */
const drawRound = (dice: Dice) => ({
  acts: Array.from({ length: ACTS_PER_ROUND }, dice.fork),
  actsOnTheirs: Array.from({ length: ACTS_ON_THEIRS_PER_ROUND }, dice.fork),
  events: dice.fork(),
  throttled: dice.below(6),
  broken: dice.below(2),
  lost: dice.below(2),
  rules: dice.below(4) === 0 ? dice.fork() : null,
});

const CASES = WORLDS.flatMap((world) => (OTHER_SEEDS ?? world.seeds).map((seed) => ({ ...world, seed })));

test.for(CASES)(
  'whatever people do and whatever becomes of the events, one sweep makes the world be as the rules ask: $name, seed $seed',
  { timeout: 120_000 },
  async ({ name, seed, cloud: options, processes }) => {
    const dice = seededDice(seed);
    const rounds = Array.from({ length: ROUNDS }, () => drawRound(dice));
    const cloud = await startCloud({ clock: fastClock, random: dice.fork().next, ...options });
    const person = personIn(cloud);
    const [all, tcp, udp, icmp] = [
      await person.createFilter(),
      await person.createFilter(6),
      await person.createFilter(17),
      await person.createFilter(1),
    ];
    const targets = [await person.createTarget(), await person.createTarget(), await person.createTarget()] as const;
    const drawRules = ({ below }: Dice): Rules => ({
      owner: OWNERS[below(2)] ?? OWNERS[0],
      sensors: [
        { name: 'one', target: targets[0], filter: tcp, number: below(2) === 0 ? 100 : 150, packetLength: null },
        { name: 'two', target: targets[1], filter: udp, number: below(2) === 0 ? 200 : 50, packetLength: 128 },
        { name: 'three', target: targets[below(3)] ?? targets[2], filter: all, number: 300, packetLength: null },
      ],
    });
    let rules = drawRules(dice.fork());
    const watched = watch(cloud);
    const deployment = await deploy(cloud, toFile(rules), { sleep, ...processes });
    const theirs = { targets: [await person.createTarget()], filters: [tcp, udp, icmp] };
    const people = peopleIn({ cloud, person, watch: watched, sensors: rules.sensors, theirs });

    const story: string[] = [];
    for (const round of rounds) {
      const disturbed = cloud.disturb({
        random: round.events.next,
        droppedShare: 0.2,
        duplicatedShare: 0.3,
        delayedShare: 0.3,
        longestDelayMs: 100,
      });
      const calm = [
        cloud.fail('CreateTrafficMirrorSession', { code: 'RequestLimitExceeded', status: 503, times: round.throttled }),
        cloud.fail('ModifyTrafficMirrorSession', { code: 'InternalError', status: 500, times: round.broken }),
        cloud.hangUp('DeleteTrafficMirrorSession', { lost: 'answer', times: round.lost }),
      ];
      for (const act of round.acts) story.push(await people.act(act));
      await cloud.idle();
      for (const end of calm) end();
      story.push(`(${disturbed.dropped} events lost)`);
      // What somebody creates between our read and our write, or what EC2 does not show yet, no client can respect.
      cloud.disturb({ random: () => 0, droppedShare: 1 });
      for (const act of round.actsOnTheirs) story.push(await people.actOnTheirs(act));
      await sleep(2 * SEEN_AFTER_MS);
      if (round.rules !== null) {
        rules = drawRules(round.rules);
        await deployment.setRules(toFile(rules));
        story.push(`new rules of ${rules.owner}`);
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

    const told = `${name}, seed ${seed}, after: ${story.join(', ')}`;
    expect(differences(cloud, { sensors: rules.sensors }), told).toEqual([]);
    expect(watched.violations, told).toEqual([]);
  },
);
