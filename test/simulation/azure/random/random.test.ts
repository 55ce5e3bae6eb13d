import { expect, test } from 'vitest';
import { OTHER_SEEDS, seededDice, type Dice } from '../../dice.ts';
import { deploy, destination, newPost, newStorage, personIn, startCloud, tagRules } from '../rig.ts';
import { watchCalledFor } from './called-for.ts';
import { calmCloud, disturbCloud } from './chance.ts';
import { peopleIn } from './people.ts';
import { watchTheirs } from './theirs.ts';
import { differences, isOurs, OWNERS, type Sensor, type SimulatedRules } from './wanted.ts';

/*
 * What the seed repeats: which acts people try in each round and what each picks by among what stands, what becomes of the
 * first, second, … event of a round, of each call and operation, and the rules. What it does not: the deployed functions run
 * on real sockets and timers, so how their calls interleave with people's, and with that what stands when somebody picks and
 * which of the calls meets a failure, can differ from run to run.
 */

const WORLDS = [
  { name: 'several instances race', seeds: [3], instances: 3, inFlight: 2 },
  { name: 'one instance', seeds: [5], instances: 1, inFlight: 3 },
] as const;

/** What is interrupted for longer meets others. */
const OPERATION_MS = 5000;
const SETTLE = '15s';
const ROUNDS = 8;
const ACTS_PER_ROUND = 8;
const ACTS_ON_THEIRS_PER_ROUND = 3;
const SENSORS = ['one', 'two', 'three'];
/** Longer than anything that was refused is left alone. */
const FORGOTTEN_MS = 25 * 3_600_000;
/** An hour and a bit: what is left to sweeps of a day is done in a few of them. */
const SWEEPS = 3;

const toFile = ({ owner, sensors }: SimulatedRules, inFlight: number): object =>
  tagRules(Object.fromEntries(sensors.map(({ name, frontend }) => [name, destination(frontend)])), {
    owner,
    formerOwners: OWNERS.filter((other) => other !== owner),
    interruption: { inFlight, settle: SETTLE },
    rules: [
      { name: 'tagged', when: { tag: 'mirror' }, mirror: { fromTag: 'mirror', among: SENSORS } },
      { name: 'opted-out', when: { tag: 'optout', equals: 'yes' }, never: true },
    ],
  });

/** All that chance decides in a round, drawn before anything happens. */
const drawRound = (dice: Dice) => ({
  acts: Array.from({ length: ACTS_PER_ROUND }, dice.fork),
  actsOnTheirs: Array.from({ length: ACTS_ON_THEIRS_PER_ROUND }, dice.fork),
  events: dice.fork(),
  troubles: dice.fork(),
  pauses: dice.fork(),
  rules: dice.below(4) === 0 ? dice.fork() : null,
});

const CASES = WORLDS.flatMap((world) => (OTHER_SEEDS ?? world.seeds).map((seed) => ({ ...world, seed })));

test.for(CASES)(
  'whatever people do and whatever becomes of events and operations, sweeps make the world be as the rules ask, and nobody is interrupted more than that takes: $name, seed $seed',
  { timeout: 300_000 },
  async ({ name, seed, instances, inFlight }) => {
    const dice = seededDice(seed);
    const rounds = Array.from({ length: ROUNDS }, () => drawRound(dice));
    const cloud = await startCloud({ random: dice.fork().next, operationMs: OPERATION_MS });
    const person = personIn(cloud);
    const entries: Pick<Sensor, 'frontend' | 'tap'>[] = [];
    for (const sensor of SENSORS) {
      const frontend = await person.createFrontend();
      entries.push({ frontend, tap: await person.createTap(sensor, frontend) });
    }
    const spare = await person.createTap('spare', await person.createFrontend());
    const sets = [person.newAvailabilitySet(), person.newAvailabilitySet()];
    const drawRules = ({ below, pick }: Dice): SimulatedRules => ({
      owner: OWNERS[below(2)] ?? OWNERS[0],
      sensors: SENSORS.flatMap((sensor, at) => {
        const entry = at === 2 ? pick(entries) : entries[at];
        return entry === undefined ? [] : [{ name: sensor, ...entry }];
      }),
    });
    let rules = drawRules(dice.fork());
    const theirs = watchTheirs(cloud);
    const calledFor = watchCalledFor(cloud, rules);
    const storage = await newStorage();
    const post = newPost(cloud, storage);
    const deployment = await deploy(cloud, toFile(rules, inFlight), {
      instances,
      storage,
      post,
      groupOf: person.groupOf,
    });
    const { writes } = deployment;
    const taps = [...entries.map(({ tap }) => tap), spare];
    const people = peopleIn({ cloud, person, theirs, calledFor, names: SENSORS, taps, sets });

    for (const availabilitySet of [null, null, ...sets]) await person.launch(2, { availabilitySet });

    const story: string[] = [];
    for (const round of rounds) {
      post.disturb({
        dice: round.events,
        lostShare: 0.2,
        doubledShare: 0.3,
        delayedShare: 0.3,
        longestDelayMs: 20_000,
      });
      disturbCloud(cloud, calledFor, round.troubles);
      for (const act of round.acts) {
        story.push(await people.act(act));
        await cloud.clock.sleep(round.pauses.below(3) * 5000);
      }
      await deployment.calm();
      calmCloud(cloud);
      // There is room for one configuration: who makes theirs between our read and our write is refused, or we are.
      for (const act of round.actsOnTheirs) story.push(await people.actOnTheirs(act));
      await deployment.calm();
      if (round.rules !== null) {
        rules = drawRules(round.rules);
        await deployment.setRules(toFile(rules, inFlight));
        calledFor.rulesAre(rules);
        story.push(`new rules of ${rules.owner}`);
      }
    }
    post.disturb(null);
    for (let swept = 0; swept < SWEEPS; swept++) {
      cloud.clock.skip(FORGOTTEN_MS);
      const trips = await deployment.sweep();
      // Where nearly all that is mirrored is to go, a person is asked.
      if (trips.includes('all')) await deployment.lift('all');
    }

    const told = `${name}, seed ${seed}, after: ${story.join(', ')}`;
    expect(differences(cloud, rules), told).toEqual([]);
    expect(theirs.violations, told).toEqual([]);
    expect(
      writes.writes.filter((write) => !isOurs({ name: write.configuration.split('/').at(-1) ?? '' })),
      told,
    ).toEqual([]);
    expect(
      writes.writes.filter(({ wasRight, interrupts }) => wasRight && interrupts !== null),
      told,
    ).toEqual([]);
    expect(writes.most(), told).toBeLessThanOrEqual(inFlight);
    expect(writes.mostOfOneGroup(), told).toBeLessThanOrEqual(1);
    const tooOften = [...new Set(writes.writes.map(({ source }) => source))].filter(
      (source) => writes.interruptionsOn(source) > calledFor.of(source),
    );
    expect(
      tooOften.map((source) => `${source}: ${writes.interruptionsOn(source)} of ${calledFor.of(source)}`),
      told,
    ).toEqual([]);
  },
);
