import type { Dice } from '../../dice.ts';
import type { Person, RigCloud } from '../rig.ts';
import type { CalledFor } from './called-for.ts';
import type { Theirs } from './theirs.ts';
import { isOurs } from './wanted.ts';

/** What people do in a subscription, a step at a time, each without waiting for what comes of it and by dice of its own. */
export interface People {
  /** Does something to machines, interfaces, tags or configurations of ours, and says what. */
  act(dice: Dice): Promise<string>;
  /** Does something to configurations that tapkeeper did not make. Only when nothing is under way: there is room for one. */
  actOnTheirs(dice: Dice): Promise<string>;
}

interface Around {
  readonly cloud: RigCloud;
  readonly person: Person;
  readonly theirs: Theirs;
  readonly calledFor: CalledFor;
  /** What a tag may name. */
  readonly names: readonly string[];
  /** VTAPs: those that sensors have, and one that none has. */
  readonly taps: readonly string[];
  /** Availability sets that machines are put in. */
  readonly sets: readonly string[];
}

const MOST_MACHINES = 16;

/** Tag names in the casings that people write. */
const SPELLINGS = ['mirror', 'Mirror', 'MIRROR'];

type Acts = Readonly<Record<string, (dice: Dice) => Promise<unknown>>>;

export function peopleIn({ cloud, person, theirs, calledFor, names, taps, sets }: Around): People {
  const { state } = cloud;
  const inPower = (power: string) => state.vms.filter(({ powerState }) => powerState === power);
  const ours = () => state.tapConfigurations.filter(isOurs);
  const drawTags = (dice: Dice): Record<string, string> => {
    const first = dice.pick(names) ?? '';
    const value = dice.below(4) === 0 ? [first, ...names.filter((name) => name !== first)].join('+') : first;
    const optsOut = dice.below(8) === 0;
    return { [dice.pick(SPELLINGS) ?? 'mirror']: value, ...(optsOut ? { optout: 'yes' } : {}) };
  };
  const taggable = () => [...state.vms, ...state.nics];

  const tagMany = async (dice: Dice): Promise<void> => {
    const tags = drawTags(dice);
    const ids = state.vms.map(({ id }) => id).filter(() => dice.below(2) === 0);
    await person.tag(ids, tags);
  };

  const acts: Acts = {
    create: async (dice) => {
      const tags = dice.below(3) > 0 ? drawTags(dice) : {};
      const availabilitySet = dice.below(3) === 0 ? (dice.pick(sets) ?? null) : null;
      if (state.vms.length < MOST_MACHINES) await person.start(1 + dice.below(3), { tags, availabilitySet });
    },
    'create from a template that tags the interface': async (dice) => {
      if (state.vms.length < MOST_MACHINES) await person.start(1, { sourceTags: drawTags(dice) });
    },
    tag: async (dice) => {
      const tags = drawTags(dice);
      const thing = dice.pick(taggable());
      if (thing !== undefined) await person.tag([thing.id], tags);
    },
    'tag many': tagMany,
    'tag many again': tagMany,
    untag: async (dice) => {
      const thing = dice.pick(taggable().filter(({ tags }) => Object.keys(tags).length > 0));
      if (thing !== undefined) await person.untag([thing.id], 'mirror', 'optout');
    },
    deallocate: async (dice) => {
      const machine = dice.pick(inPower('running'));
      if (machine !== undefined) await person.power(machine.id, dice.below(2) === 0 ? 'deallocate' : 'powerOff');
    },
    start: async (dice) => {
      const machine = dice.pick([...inPower('deallocated'), ...inPower('stopped')]);
      if (machine !== undefined) await person.power(machine.id, 'start');
    },
    delete: async (dice) => {
      const machine = dice.pick(state.vms);
      if (machine !== undefined) await person.remove(machine.id);
    },
    'add an interface': async (dice) => {
      const machine = dice.pick(inPower('running'));
      if (machine === undefined) return;
      const source = await person.createInterface(dice.below(2) === 0 ? drawTags(dice) : {});
      await person.giveInterfaces(machine.id, [...machine.nics, source]);
    },
    'move an interface': async (dice) => {
      const from = dice.pick(state.vms.filter(({ nics }) => nics.length > 1));
      const to = dice.pick(state.vms.filter(({ id }) => id !== from?.id));
      const [source] = from?.nics.slice(1) ?? [];
      if (from === undefined || to === undefined || source === undefined) return;
      await person.giveInterfaces(
        from.id,
        from.nics.filter((id) => id !== source),
      );
      await cloud.idle();
      await person.giveInterfaces(to.id, [...to.nics, source]);
    },
    'delete one of ours': async (dice) => {
      const one = dice.pick(ours());
      if (one === undefined) return;
      calledFor.add(one.nic);
      await person.remove(one.id);
    },
    'move one of ours': async (dice) => {
      const [one, tap] = [dice.pick(ours()), dice.pick(taps)];
      if (one === undefined || tap === undefined) return;
      calledFor.add(one.nic);
      await person.attach(one.nic, one.name, tap);
    },
    'lose one of ours from its VTAP': async (dice) => {
      const one = dice.pick(ours());
      if (one === undefined) return;
      calledFor.add(one.nic);
      cloud.unlist(one.id);
    },
  };

  const createTheirs = async (dice: Dice): Promise<void> => {
    const mirrored = new Set(ours().map(({ nic }) => nic));
    // Who comes first takes the room; who comes later is refused it.
    const source = dice.pick(dice.below(3) === 0 ? state.nics : state.nics.filter(({ id }) => !mirrored.has(id)));
    const tap = dice.pick(taps);
    const name = dice.pick(['source-tap-config', 'tapkeeper-v1-noc', 'tapkeeper']);
    if (source === undefined || tap === undefined || name === undefined) return;
    await theirs.whilePeopleChange(() => person.attach(source.id, name, tap));
  };

  const actsOnTheirs: Acts = {
    'create a configuration of their own': createTheirs,
    'create another of their own': createTheirs,
    'delete a configuration of their own': async (dice) => {
      const one = dice.pick(state.tapConfigurations.filter((each) => !isOurs(each)));
      if (one !== undefined) await theirs.whilePeopleChange(() => person.remove(one.id));
    },
  };

  const perform = async (choice: Acts, dice: Dice): Promise<string> => {
    const [name, work] = dice.pick(Object.entries(choice)) ?? ['nothing', async () => undefined];
    try {
      await work(dice);
      return name;
    } catch (thrown) {
      // A person may ask for what is refused: a second configuration, a machine that is on its way elsewhere.
      return `${name}: ${thrown instanceof Error ? thrown.message.slice(0, 80) : String(thrown)}`;
    }
  };
  return { act: (dice) => perform(acts, dice), actOnTheirs: (dice) => perform(actsOnTheirs, dice) };
}
