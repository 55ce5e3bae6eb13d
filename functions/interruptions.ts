import type { Clock, Hash, Interruptions } from '../shared/ports.ts';
import type { Scope } from '../shared/words.ts';
import type { Credential } from './arm/traffic/exchange.ts';
import { type Container, shareContainer } from './interruptions/blobs.ts';
import { systemTimer, type Timer } from './interruptions/leases.ts';
import { findRefusals, removeRefusals, type Shelf, writeRefusal } from './interruptions/refusals.ts';
import { findFree, listSlots } from './interruptions/slots.ts';
import { readStir, stirBlob } from './interruptions/stirs.ts';
import { takeTurn, type TurnSetup } from './interruptions/turns.ts';

export interface InterruptionSetup {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly credential: Credential;
  readonly clock: Clock;
  readonly hash: Hash;
  /** What this process calls itself. */
  readonly process: string;
}

/** What tests put in the place of the process's own. */
export interface Pace {
  readonly timer: Timer;
  readonly leaseSeconds: number;
}

/** A minute is the longest that a lease of a blob can be without being for ever. */
const PACE: Pace = { timer: systemTimer, leaseSeconds: 60 };

/**
 * What the processes of a deployment tell each other of running machines, in blobs of the function app's storage account:
 *
 *     slots/<subscription>/<number>               leased by whoever changes one of so many units at a time
 *     units/<subscription>/<hash of unit>         leased by whoever changes the unit; says who had it last
 *     stirs/<subscription>/<hash of machine>      when the latest event wanted the machine changed
 *     refusals/<subscription>/<hash of machine>/<hash of target>   why the machine is not tried again for a while
 */
export function createInterruptions(setup: InterruptionSetup, keeping: Pace = PACE): Interruptions {
  const inContainer = shareContainer(setup.env, setup.credential);
  const { clock, hash, process } = setup;
  const turns: TurnSetup = { clock, hash, process, keeping };
  const shelf = (container: Container, { account }: Scope): Shelf => ({ container, account, hash });
  return {
    take: (request) => inContainer('taking a turn in blobs', async (container) => takeTurn(turns, container, request)),
    isFull: ({ account }, limit) =>
      inContainer(
        'asking in blobs whether there is a turn',
        async (container) => findFree(await listSlots(container, account), limit).length === 0,
      ),
    stir: ({ account }, machine, happened) =>
      inContainer('writing in a blob that a machine is to be changed', async (container) =>
        stirBlob(container.getBlockBlobClient(`stirs/${account}/${hash(machine)}`), happened),
      ),
    stirred: ({ account }, machine) =>
      inContainer('reading in a blob whether a machine is to be changed', async (container) =>
        readStir(container.getBlockBlobClient(`stirs/${account}/${hash(machine)}`)),
      ),
    refusals: (scope, machines) =>
      inContainer('reading refusals in blobs', async (container) => findRefusals(shelf(container, scope), machines)),
    refuse: (scope, refusal) =>
      inContainer('writing a refusal in a blob', async (container) => writeRefusal(shelf(container, scope), refusal)),
    forgive: (scope, machines, happened) =>
      inContainer('forgetting refusals in blobs', async (container) =>
        removeRefusals(shelf(container, scope), machines, happened),
      ),
  };
}
