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
import type { Dice } from '../dice.ts';
import type { Person } from '../rig.ts';
import type { Sensor } from './wanted.ts';
import { isOurs, type Watch } from './watch.ts';

/** What people do in an account, a step at a time, each without waiting for what comes of it and by dice of its own. */
export interface People {
  /** Does something to machines, interfaces, tags or sessions of ours, and says what. */
  act(dice: Dice): Promise<string>;
  /**
   * Does something to sessions that tapkeeper did not make. Only when nothing is under way: what somebody creates between our
   * read and our write is a race that no client of EC2 can win.
   */
  actOnTheirs(dice: Dice): Promise<string>;
}

interface Around {
  readonly cloud: AwsCloud;
  readonly person: Person;
  readonly watch: Watch;
  readonly sensors: readonly Sensor[];
  /** Targets and filters of sessions that others make. */
  readonly theirs: { readonly targets: readonly string[]; readonly filters: readonly string[] };
}

/** The mark of a deployment that is not ours. */
const MARK_OF_ANOTHER = { 'tapkeeper:owner': 'noc', 'tapkeeper:mark': 'v1' };

const NUMBERS = [1, 50, 100, 150, 200, 300, 500, 32_766];

type Acts = Readonly<Record<string, (dice: Dice) => Promise<unknown>>>;

export function peopleIn({ cloud, person, watch, sensors, theirs }: Around): People {
  const { client } = person;
  const view = () => cloud.state.in();
  const running = () => view().instances.filter(({ state }) => state === 'running');
  const drawTags = (dice: Dice): Record<string, string> => {
    const names = sensors.map(({ name }) => name).filter(() => dice.below(3) > 0);
    if (names.length === 0) return {};
    return { mirror: names.join('+'), ...(dice.below(8) === 0 ? { optout: 'yes' } : {}) };
  };
  const taggable = () => [...running(), ...view().interfaces.filter(({ attachment }) => attachment !== null)];

  const acts: Acts = {
    launch: async (dice) => {
      if (view().instances.filter(({ state }) => state !== 'terminated').length < 12) {
        await person.start(1 + dice.below(3), drawTags(dice));
      }
    },
    tag: async (dice) => {
      const tags = drawTags(dice);
      const thing = dice.pick(taggable());
      if (thing !== undefined && Object.keys(tags).length > 0) await person.tag([thing.id], tags);
    },
    untag: async (dice) => {
      const thing = dice.pick(taggable().filter(({ tags }) => 'mirror' in tags));
      if (thing !== undefined) await person.untag([thing.id], 'mirror', 'optout');
    },
    stop: async (dice) => {
      const machine = dice.pick(running());
      if (machine !== undefined) await client.send(new StopInstancesCommand({ InstanceIds: [machine.id] }));
    },
    start: async (dice) => {
      const machine = dice.pick(view().instances.filter(({ state }) => state === 'stopped'));
      if (machine !== undefined) await client.send(new StartInstancesCommand({ InstanceIds: [machine.id] }));
    },
    terminate: async (dice) => {
      const machine = dice.pick(running());
      if (machine !== undefined) await client.send(new TerminateInstancesCommand({ InstanceIds: [machine.id] }));
    },
    'attach an interface': async (dice) => {
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
    'detach an interface': async (dice) => {
      const second = dice.pick(
        view().interfaces.filter(({ attachment }) => attachment?.status === 'attached' && attachment.deviceIndex > 0),
      );
      if (second !== undefined) {
        await client.send(new DetachNetworkInterfaceCommand({ AttachmentId: second.attachment?.id }));
      }
    },
    'delete one of ours': async (dice) => {
      const session = dice.pick(view().sessions.filter(isOurs));
      if (session !== undefined) {
        await watch.whilePeopleChange(() =>
          client.send(new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId: session.id })),
        );
      }
    },
    'shorten the packets of one of ours': async (dice) => {
      const session = dice.pick(view().sessions.filter(isOurs));
      if (session !== undefined) {
        await client.send(
          new ModifyTrafficMirrorSessionCommand({ TrafficMirrorSessionId: session.id, PacketLength: 64 }),
        );
      }
    },
  };

  const createTheirs = async (dice: Dice): Promise<void> => {
    const attached = view().interfaces.filter(({ attachment }) => attachment?.status === 'attached');
    // Who comes first takes the number that ours would have; who comes later is refused it.
    const mirrored = new Set(view().sessions.flatMap((one) => (isOurs(one) ? [one.interfaceId] : [])));
    const held = dice.pick(dice.below(3) === 0 ? attached : attached.filter(({ id }) => !mirrored.has(id)));
    const [target, filter] = [dice.pick(theirs.targets), dice.pick(theirs.filters)];
    const number = dice.pick(NUMBERS);
    if (held === undefined || target === undefined || filter === undefined || number === undefined) return;
    const tags = dice.below(2) === 0 ? MARK_OF_ANOTHER : {};
    await watch.whilePeopleChange(() => person.createSession(held.id, target, filter, number, tags));
  };

  const actsOnTheirs: Acts = {
    'create a session of their own': createTheirs,
    'create another of their own': createTheirs,
    'delete a session of their own': async (dice) => {
      const session = dice.pick(view().sessions.filter((one) => !isOurs(one)));
      if (session === undefined) return;
      await watch.whilePeopleChange(() =>
        client.send(new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId: session.id })),
      );
    },
  };

  const perform = async (choice: Acts, dice: Dice): Promise<string> => {
    const [name, work] = dice.pick(Object.entries(choice)) ?? ['nothing', async () => undefined];
    try {
      await work(dice);
      return name;
    } catch (thrown) {
      // A person may ask for what is refused: a fourth session, a number in use, a machine that is on its way elsewhere.
      return `${name}: ${thrown instanceof Error ? thrown.name : String(thrown)}`;
    }
  };
  return { act: (dice) => perform(acts, dice), actOnTheirs: (dice) => perform(actsOnTheirs, dice) };
}
