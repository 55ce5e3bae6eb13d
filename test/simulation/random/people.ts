import {
  AttachNetworkInterfaceCommand,
  CreateNetworkInterfaceCommand,
  DeleteTrafficMirrorSessionCommand,
  DetachNetworkInterfaceCommand,
  ModifyTrafficMirrorSessionCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { AwsCloud } from '../../../local/aws/aws-cloud.ts';
import type { Person } from '../rig.ts';
import type { Sensor } from './wanted.ts';
import { isOurs, type Watch } from './watch.ts';

/** Repeatable draws (mulberry32). */
export interface Dice {
  /** From 0 up to and without 1. */
  next(): number;
  below(limit: number): number;
  pick<Item>(items: readonly Item[]): Item | undefined;
}

export function seededDice(seed: number): Dice {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return { next, below, pick: (items) => items[below(items.length)] };
}

/** What people do in an account, a step at a time, each without waiting for what comes of it. */
export interface People {
  /** Does something to machines, interfaces, tags or sessions of ours, and says what. */
  act(): Promise<string>;
  /**
   * Does something to sessions that tapkeeper did not make. Only when nothing is under way: what somebody creates between our
   * read and our write is a race that no client of EC2 can win.
   */
  actOnTheirs(): Promise<string>;
}

interface Around {
  readonly cloud: AwsCloud;
  readonly person: Person;
  readonly watch: Watch;
  readonly dice: Dice;
  readonly sensors: readonly Sensor[];
  /** Targets and filters of sessions that others make. */
  readonly theirs: { readonly targets: readonly string[]; readonly filters: readonly string[] };
}

const NUMBERS = [1, 50, 100, 150, 200, 300, 500, 32_766];

export function peopleIn({ cloud, person, watch, dice, sensors, theirs }: Around): People {
  const { client } = person;
  const view = () => cloud.state.in();
  const running = () => view().instances.filter(({ state }) => state === 'running');
  const drawTags = (): Record<string, string> => {
    const names = sensors.map(({ name }) => name).filter(() => dice.below(3) === 0);
    if (names.length === 0) return {};
    return { mirror: names.join('+'), ...(dice.below(8) === 0 ? { optout: 'yes' } : {}) };
  };
  const taggable = () => [...running(), ...view().interfaces.filter(({ attachment }) => attachment !== null)];

  const acts: Readonly<Record<string, () => Promise<unknown>>> = {
    launch: async () => {
      if (view().instances.filter(({ state }) => state !== 'terminated').length < 12) {
        await person.start(1 + dice.below(3), drawTags());
      }
    },
    tag: async () => {
      const tags = drawTags();
      const thing = dice.pick(taggable());
      if (thing !== undefined && Object.keys(tags).length > 0) await person.tag([thing.id], tags);
    },
    untag: async () => {
      const thing = dice.pick(taggable().filter(({ tags }) => 'mirror' in tags));
      if (thing !== undefined) await person.untag([thing.id], 'mirror', 'optout');
    },
    stop: async () => {
      const machine = dice.pick(running());
      if (machine !== undefined) await client.send(new StopInstancesCommand({ InstanceIds: [machine.id] }));
    },
    start: async () => {
      const machine = dice.pick(view().instances.filter(({ state }) => state === 'stopped'));
      if (machine !== undefined) await client.send(new StartInstancesCommand({ InstanceIds: [machine.id] }));
    },
    terminate: async () => {
      const machine = dice.pick(running());
      if (machine !== undefined) await client.send(new TerminateInstancesCommand({ InstanceIds: [machine.id] }));
    },
    'attach an interface': async () => {
      const machine = dice.pick(running());
      if (machine === undefined) return;
      const { NetworkInterface: made } = await client.send(
        new CreateNetworkInterfaceCommand({ SubnetId: machine.subnetId }),
      );
      const used = view().interfaces.flatMap(({ attachment }) =>
        attachment?.instanceId === machine.id ? [attachment.deviceIndex] : [],
      );
      const attaching = new AttachNetworkInterfaceCommand({
        NetworkInterfaceId: made?.NetworkInterfaceId,
        InstanceId: machine.id,
        DeviceIndex: Math.max(0, ...used) + 1,
      });
      await person.patiently(() => client.send(attaching));
    },
    'detach an interface': async () => {
      const second = dice.pick(
        view().interfaces.filter(({ attachment }) => attachment?.status === 'attached' && attachment.deviceIndex > 0),
      );
      if (second !== undefined) {
        await client.send(new DetachNetworkInterfaceCommand({ AttachmentId: second.attachment?.id }));
      }
    },
    'delete one of ours': async () => {
      const session = dice.pick(view().sessions.filter(isOurs));
      if (session !== undefined) {
        await watch.whilePeopleChange(() =>
          client.send(new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId: session.id })),
        );
      }
    },
    'shorten the packets of one of ours': async () => {
      const session = dice.pick(view().sessions.filter(isOurs));
      if (session !== undefined) {
        await client.send(
          new ModifyTrafficMirrorSessionCommand({ TrafficMirrorSessionId: session.id, PacketLength: 64 }),
        );
      }
    },
  };

  const actsOnTheirs: Readonly<Record<string, () => Promise<unknown>>> = {
    'create a session of their own': async () => {
      const held = dice.pick(view().interfaces.filter(({ attachment }) => attachment?.status === 'attached'));
      const [target, filter] = [dice.pick(theirs.targets), dice.pick(theirs.filters)];
      const number = dice.pick(NUMBERS);
      if (held === undefined || target === undefined || filter === undefined || number === undefined) return;
      await watch.whilePeopleChange(() => person.createSession(held.id, target, filter, number));
    },
    'delete a session of their own': async () => {
      const session = dice.pick(view().sessions.filter((one) => !isOurs(one)));
      if (session === undefined) return;
      await watch.whilePeopleChange(() =>
        client.send(new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId: session.id })),
      );
    },
  };

  const perform = async (choice: typeof acts): Promise<string> => {
    const [name, work] = dice.pick(Object.entries(choice)) ?? ['nothing', async () => undefined];
    try {
      await work();
      return name;
    } catch (thrown) {
      // A person may ask for what is refused: a fourth session, a number in use, a machine that is on its way elsewhere.
      return `${name}: ${thrown instanceof Error ? thrown.name : String(thrown)}`;
    }
  };
  return { act: () => perform(acts), actOnTheirs: () => perform(actsOnTheirs) };
}
