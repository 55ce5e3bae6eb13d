import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ensureBlob } from '../../functions/interruptions/blobs.ts';
import { createInterruptions } from '../../functions/interruptions.ts';
import { findFree } from '../../functions/interruptions/slots.ts';
import { takeTurn } from '../../functions/interruptions/turns.ts';
import type { Timer } from '../../functions/interruptions/leases.ts';
import { sha256 } from '../../functions/sha256.ts';
import { type Storage, startStorage } from '../../local/azure/storage.ts';
import { parseAccountId, parseMachineId, parseTargetId, toInstant } from '../../shared/ids.ts';
import type { Interruptions, Refusal, Turn, TurnAnswer } from '../../shared/ports.ts';
import type { Scope } from '../../shared/words.ts';

const CONTAINER = 'tapkeeper-interruptions';
const nobody = { getToken: () => Promise.reject(new Error('nobody')) };

let storage: Storage;
let container: ContainerClient;
let scope: Scope;
let nowMs: number;
let scopes = 0;

beforeAll(async () => {
  storage = await startStorage();
  container = BlobServiceClient.fromConnectionString(storage.connectionString).getContainerClient(CONTAINER);
});
afterAll(() => storage.stop());
beforeEach(() => {
  // A subscription of its own for each test: nothing of another one is in it.
  scopes += 1;
  scope = { cloud: 'azure', account: parseAccountId(`subscription-${scopes}`), region: null };
  nowMs = Date.parse('2026-01-02T00:00:00Z');
});

/** A timer that fires only when it is told to. */
function handTimer() {
  const waiting = new Set<() => void>();
  let elapsed = 0;
  const timer: Timer = {
    elapsedMs: () => elapsed,
    after: (_delayMs, action) => {
      waiting.add(action);
      return () => void waiting.delete(action);
    },
  };
  return {
    timer,
    waiting,
    pass: (byMs: number) => (elapsed += byMs),
    fire: () => {
      const due = [...waiting];
      waiting.clear();
      for (const action of due) action();
    },
  };
}

interface Process {
  readonly name?: string;
  readonly timer?: Timer;
  readonly connectionString?: string;
}

/** What one process of the deployment has. */
const newProcess = ({ name = 'one', timer = handTimer().timer, connectionString }: Process = {}): Interruptions =>
  createInterruptions(
    {
      env: { AzureWebJobsStorage: connectionString ?? storage.connectionString },
      credential: nobody,
      clock: { now: () => nowMs },
      hash: sha256,
      process: name,
    },
    { timer, leaseSeconds: 15 },
  );

const take = (process: Interruptions, unit: string, limit = 5): Promise<TurnAnswer> =>
  process.take({ scope, unit, limit });

async function taken(process: Interruptions, unit: string, limit = 5): Promise<Turn> {
  const answer = await take(process, unit, limit);
  if (answer.kind !== 'taken') throw new Error(`${unit} is ${answer.kind}`);
  return answer.turn;
}

/** Ends the leases as time does when their holder has died: at once, and nobody tells the holder. */
async function lapse(prefix: string): Promise<void> {
  for await (const { name } of container.listBlobsFlat({ prefix })) {
    await container.getBlobClient(name).getBlobLeaseClient().breakLease(0);
  }
}

describe('turns', () => {
  test('the container is made by the first who needs it, however many do at once', async () => {
    await container.deleteIfExists();
    const answers = await Promise.all(['a', 'b', 'c'].map((name) => take(newProcess({ name }), `unit-${name}`)));
    expect(answers.map(({ kind }) => kind)).toEqual(['taken', 'taken', 'taken']);
  });

  test('no more than the limit, and each is free again when it was released', async () => {
    const [one, two] = [newProcess({ name: 'one' }), newProcess({ name: 'two' })];
    const turn = await taken(one, 'a', 2);
    await taken(two, 'b', 2);
    expect(await take(one, 'c', 2)).toEqual({ kind: 'full' });
    expect(await take(two, 'c', 2)).toEqual({ kind: 'full' });
    expect(turn.isHeld()).toBe(true);
    await turn.release();
    expect(turn.isHeld()).toBe(false);
    expect((await take(two, 'c', 2)).kind).toBe('taken');
  });

  test('a unit is changed by one at a time, in one process as well as in two', async () => {
    const [one, two] = [newProcess({ name: 'one' }), newProcess({ name: 'two' })];
    const turn = await taken(one, 'a');
    expect([await take(one, 'a'), await take(two, 'a')]).toEqual([{ kind: 'busy' }, { kind: 'busy' }]);
    await turn.release();
    expect((await take(two, 'a')).kind).toBe('taken');
  });

  test('a subscription has places of its own', async () => {
    const one = newProcess();
    await taken(one, 'a', 1);
    const elsewhere: Scope = { cloud: 'azure', account: parseAccountId(`${scope.account}-2`), region: null };
    expect((await one.take({ scope: elsewhere, unit: 'a', limit: 1 })).kind).toBe('taken');
  });

  test('a unit that is busy takes no place from others', async () => {
    const one = newProcess();
    await taken(one, 'a', 2);
    await take(one, 'a', 2);
    expect((await take(one, 'b', 2)).kind).toBe('taken');
  });

  test('two processes never have more than the limit together, and never one unit twice', async () => {
    const limit = 3;
    const units = ['a', 'b', 'c', 'd', 'e', 'f'];
    const having = new Set<string>();
    let most = 0;
    let took = 0;
    const worker = async (process: Interruptions, offset: number): Promise<void> => {
      for (let round = 0; round < 8; round += 1) {
        const unit = units[(offset + round) % units.length] ?? '';
        const answer = await take(process, unit, limit);
        if (answer.kind !== 'taken') continue;
        expect(having).not.toContain(unit);
        having.add(unit);
        most = Math.max(most, having.size);
        took += 1;
        await container.exists();
        having.delete(unit);
        await answer.turn.release();
      }
    };
    const processes = [newProcess({ name: 'one' }), newProcess({ name: 'two' })];
    await Promise.all(
      processes.flatMap((process, index) => [0, 1, 2, 3].map((lane) => worker(process, index * 3 + lane))),
    );
    expect(most).toBe(limit);
    expect(took).toBeGreaterThan(limit);
    // Nobody has left anything behind.
    const answers = await Promise.all(['x', 'y', 'z'].map((unit) => take(newProcess(), unit, limit)));
    expect(answers.filter(({ kind }) => kind === 'taken').length).toBeGreaterThan(0);
  });

  test('whoever has a place beyond a limit that was lowered counts', async () => {
    const [one, two] = [newProcess({ name: 'one' }), newProcess({ name: 'two' })];
    const turns = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((unit) => taken(one, unit)));
    expect(await take(two, 'f', 2)).toEqual({ kind: 'full' });
    // Three go, in whatever places: of those that stay, as many as may be there already are.
    await Promise.all(turns.slice(0, 3).map((turn) => turn.release()));
    expect(await take(two, 'f', 2)).toEqual({ kind: 'full' });
    await turns[3]?.release();
    const answers = await Promise.all(['f', 'g', 'h'].map((unit) => take(two, unit, 2)));
    expect(answers.filter(({ kind }) => kind === 'taken')).toHaveLength(1);
  });

  test.each([
    { leased: [], limit: 2, free: [0, 1] },
    { leased: [0], limit: 3, free: [1, 2] },
    { leased: [0, 1], limit: 2, free: [] },
    { leased: [4], limit: 2, free: [0] },
    { leased: [1, 4], limit: 2, free: [] },
    { leased: [1, 4], limit: 3, free: [0] },
    { leased: [3, 4], limit: 2, free: [] },
    { leased: [3, 4], limit: 1, free: [] },
  ])('of places with $leased taken, $free may be tried within a limit of $limit', ({ leased, limit, free }) => {
    const slots = [0, 1, 2, 3, 4].map((index) => ({ index, isLeased: leased.includes(index) }));
    expect(findFree(slots, limit)).toEqual(free);
  });

  test('whoever finds all places gone after all, or fails half-way, leaves nothing behind', async () => {
    const other = await taken(newProcess({ name: 'other' }), 'other', 1);
    const setup = {
      clock: { now: () => nowMs },
      keeping: { timer: handTimer().timer, leaseSeconds: 15 },
      hash: sha256,
      process: 'late',
    };
    // What it lists is from before the other one came.
    const stale = {
      listBlobsFlat: () => [],
      getBlockBlobClient: (name: string) => container.getBlockBlobClient(name),
    } as unknown as ContainerClient;
    expect(await takeTurn(setup, stale, { scope, unit: 'a', limit: 1 })).toEqual({ kind: 'full' });
    await other.release();
    const broken = { ...setup, clock: { now: () => Number.NaN } };
    await expect(takeTurn(broken, container, { scope, unit: 'a', limit: 1 })).rejects.toThrow('Invalid time');
    expect((await take(newProcess(), 'a', 1)).kind).toBe('taken');
  });

  test('a blob that is there stays as it is when somebody else makes it', async () => {
    const blob = container.getBlockBlobClient(`units/${scope.account}/there`);
    await blob.upload('', 0, { metadata: { at: 'then' } });
    await ensureBlob(blob);
    await blob.getBlobLeaseClient().acquireLease(15);
    await ensureBlob(blob);
    expect((await blob.getProperties()).metadata).toEqual({ at: 'then' });
  });

  test('a place is free again when its holder has died', async () => {
    const [died, lives] = [newProcess({ name: 'died' }), newProcess({ name: 'lives' })];
    await taken(died, 'a', 1);
    nowMs += 59_000;
    expect(await take(lives, 'b', 1)).toEqual({ kind: 'full' });
    await lapse(`slots/${scope.account}`);
    await lapse(`units/${scope.account}`);
    const turn = await taken(lives, 'a', 1);
    // It was never said that the other's turn was over.
    expect(turn.otherTookAt).toBe(toInstant(nowMs));
  });

  test('a turn is renewed while it is held, and not after', async () => {
    const { timer, waiting, fire, pass } = handTimer();
    const turn = await taken(newProcess({ timer }), 'a');
    expect(waiting.size).toBe(2);
    pass(10_000);
    fire();
    await expect.poll(() => waiting.size).toBe(2);
    pass(10_000);
    expect(turn.isHeld()).toBe(true);
    await turn.release();
    expect(waiting.size).toBe(0);
  });

  test('a turn that is not renewed in time is no longer held, and releasing it takes nothing from who has it now', async () => {
    const { timer, pass } = handTimer();
    const turn = await taken(newProcess({ timer, name: 'slow' }), 'a', 1);
    pass(15_000);
    expect(turn.isHeld()).toBe(false);
    await lapse(`slots/${scope.account}`);
    await lapse(`units/${scope.account}`);
    await taken(newProcess({ name: 'next' }), 'a', 1);
    await turn.release();
    expect(await take(newProcess({ name: 'third' }), 'a', 5)).toEqual({ kind: 'busy' });
    expect(await take(newProcess({ name: 'third' }), 'b', 1)).toEqual({ kind: 'full' });
  });

  test('a turn whose lease another has got says so with its next renewal', async () => {
    const { timer, waiting, fire } = handTimer();
    const turn = await taken(newProcess({ timer, name: 'slow' }), 'a', 1);
    await lapse(`units/${scope.account}`);
    await taken(newProcess({ name: 'next' }), 'a', 2);
    fire();
    await expect.poll(() => turn.isHeld()).toBe(false);
    expect(waiting.size).toBeLessThan(2);
  });

  test('a renewal that gets no answer is tried again while there is time', async () => {
    const { timer, waiting, fire, pass } = handTimer();
    const own = await startStorage();
    const turn = await taken(newProcess({ timer, connectionString: own.connectionString }), 'a');
    await own.stop();
    pass(5_000);
    fire();
    await expect.poll(() => waiting.size, { timeout: 15_000 }).toBe(2);
    expect(turn.isHeld()).toBe(true);
    pass(10_000);
    expect(turn.isHeld()).toBe(false);
  });

  test('who takes a turn is told until when another process had one; own turns do not count', async () => {
    const [one, two] = [newProcess({ name: 'one' }), newProcess({ name: 'two' })];
    const turnOf = async (process: Interruptions): Promise<string | null> => {
      const turn = await taken(process, 'a');
      nowMs += 60_000;
      await turn.release();
      return turn.otherTookAt;
    };
    expect(await turnOf(one)).toBeNull();
    expect(await turnOf(one)).toBeNull();
    const oneHadIt = toInstant(nowMs);
    nowMs += 1000;
    expect(await turnOf(two)).toBe(oneHadIt);
    // The second of two messages in one process may have read as early as the first.
    expect(await turnOf(two)).toBe(oneHadIt);
    expect(await turnOf(one)).toBe(toInstant(nowMs - 60_000));
  });
});

describe('stirring', () => {
  const machine = parseMachineId(
    '/subscriptions/s/resourceGroups/straße/providers/Microsoft.Compute/virtualMachines/vm',
  );
  const at = (second: number) => toInstant(Date.parse('2026-01-02T00:00:00Z') + second * 1000);

  test('the latest counts, in whatever order they are told', async () => {
    const [one, two] = [newProcess({ name: 'one' }), newProcess({ name: 'two' })];
    expect(await two.stirred(scope, machine)).toBe(null);
    expect(await one.stir(scope, machine, at(5))).toBe(at(5));
    expect(await two.stir(scope, machine, at(3))).toBe(at(5));
    expect(await two.stir(scope, machine, at(8))).toBe(at(8));
    expect(await one.stirred(scope, machine)).toBe(at(8));
    expect(await one.stir(scope, machine, at(8))).toBe(at(8));
  });

  test('none is lost when several are told at once', async () => {
    const seconds = [4, 1, 6, 2, 5, 3];
    await Promise.all(seconds.map((second) => newProcess().stir(scope, machine, at(second))));
    expect(await newProcess().stir(scope, machine, at(0))).toBe(at(6));
  });
});

describe('a turn that is left to lapse', () => {
  test("is not given back, and is another process's when nobody has renewed it", async () => {
    const hand = handTimer();
    const one = newProcess({ timer: hand.timer });
    const turn = await taken(one, 'a', 1);
    turn.lapse();
    expect(turn.isHeld()).toBe(false);
    expect(hand.waiting.size).toBe(0);
    expect(await take(newProcess({ name: 'two' }), 'b', 1)).toEqual({ kind: 'full' });
    await lapse(`slots/${scope.account}/`);
    await lapse(`units/${scope.account}/`);
    expect((await taken(newProcess({ name: 'two' }), 'a', 1)).otherTookAt).toBe(toInstant(nowMs));
  });
});

describe('whether there is a turn', () => {
  test('is told without taking one', async () => {
    const one = newProcess();
    expect(await one.isFull(scope, 1)).toBe(false);
    expect(await one.isFull(scope, 1)).toBe(false);
    const turn = await taken(one, 'a', 1);
    expect(await newProcess({ name: 'two' }).isFull(scope, 1)).toBe(true);
    expect(await one.isFull(scope, 2)).toBe(false);
    await turn.release();
    expect(await one.isFull(scope, 1)).toBe(false);
  });
});

describe('refusals', () => {
  const machine = (name: string) =>
    parseMachineId(`/subscriptions/s/resourceGroups/größe/providers/Microsoft.Compute/virtualMachines/${name}`);
  const refusal = (name: string, change: Partial<Refusal> = {}): Refusal => ({
    machine: machine(name),
    target: parseTargetId('/taps/größe'),
    code: 'needs-restart',
    detail: 'Ärger: die NIC ist nicht auf dem “fastpath”\nZeile 2',
    at: toInstant(0),
    until: toInstant(0),
    ...change,
  });

  test('are remembered for every process, by machine and all', async () => {
    const [one, two] = [newProcess({ name: 'one' }), newProcess({ name: 'two' })];
    await Promise.all([one.refuse(scope, refusal('a')), two.refuse(scope, refusal('b'))]);
    await one.refuse(scope, refusal('b', { code: 'operation-failed' }));
    expect(await two.refusals(scope, [machine('a'), machine('none')])).toEqual([refusal('a')]);
    const all = await two.refusals(scope, null);
    expect(all).toHaveLength(2);
    expect(all).toEqual(expect.arrayContaining([refusal('a'), refusal('b', { code: 'operation-failed' })]));
  });

  test('of many machines are picked out of the list', async () => {
    const one = newProcess();
    await one.refuse(scope, refusal('a'));
    await one.refuse(scope, refusal('other'));
    const [first, ...others] = ['a', ...Array.from({ length: 30 }, (_, index) => `m${index}`)].map(machine);
    if (first === undefined) throw new Error('unreachable');
    expect(await one.refusals(scope, [first, ...others])).toEqual([refusal('a')]);
  });

  test('are forgotten, and forgetting nothing is no fault', async () => {
    const one = newProcess();
    await one.refuse(scope, refusal('a'));
    await one.forgive(scope, [machine('a'), machine('never')], toInstant(1));
    expect(await one.refusals(scope, [machine('a')])).toEqual([]);
    expect(await one.refusals(scope, null)).toEqual([]);
  });

  test('are forgotten only when they are older than what happened', async () => {
    const one = newProcess();
    await one.refuse(scope, refusal('a', { at: toInstant(1_000) }));
    await one.refuse(scope, refusal('a', { target: null, at: toInstant(2_000) }));
    await one.forgive(scope, [machine('a')], toInstant(1_000));
    expect(await one.refusals(scope, [machine('a')])).toHaveLength(2);
    await one.forgive(scope, [machine('a')], toInstant(2_000));
    expect(await one.refusals(scope, [machine('a')])).toEqual([refusal('a', { target: null, at: toInstant(2_000) })]);
  });

  test('a detail of any length fits', async () => {
    const one = newProcess();
    await one.refuse(scope, refusal('a', { detail: '“'.repeat(5_000) }));
    expect((await one.refusals(scope, [machine('a')]))[0]?.detail).toBe('“'.repeat(1_000));
  });
});

describe('storage that does not do as asked', () => {
  test('is unreachable when it gives no answer', async () => {
    const connectionString = storage.connectionString.replace(
      /BlobEndpoint=[^;]+/,
      'BlobEndpoint=http://127.0.0.1:1/x',
    );
    await expect(take(newProcess({ connectionString }), 'a')).rejects.toMatchObject({ code: 'unreachable' });
  });

  test('is denied with the role to grant, and repeats no secret', async () => {
    const key = Buffer.from('wrong').toString('base64');
    const connectionString = storage.connectionString.replace(/AccountKey=[^;]+/, `AccountKey=${key}`);
    const thrown = await take(newProcess({ connectionString }), 'a').catch((error: unknown) => error);
    expect(thrown).toMatchObject({
      code: 'denied',
      message: expect.stringContaining('grant Storage Blob Data Contributor') as string,
    });
    expect(String(thrown)).not.toContain(key);
  });
});
