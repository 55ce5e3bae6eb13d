import { describe, expect, it } from 'vitest';
import { oneAtATime } from '../../../../functions/arm/write/one-at-a-time.ts';
import {
  findOwner,
  parseAttachmentId,
  parseDestinationName,
  parseSourceId,
  parseTargetId,
} from '../../../../shared/ids.ts';
import type { Change } from '../../../../shared/plan/change.ts';
import type { Outcome } from '../../../../shared/ports.ts';
import type { Owner } from '../../../../shared/words.ts';

const OWNER = findOwner('soc') as Owner;

const attachTo = (nic: string): Change => ({
  kind: 'attach',
  source: parseSourceId(`/nics/${nic}`),
  machine: null,
  destination: parseDestinationName('sensor'),
  rules: [],
  to: { target: parseTargetId('/taps/tap'), filter: null, number: null, packetLength: null, virtualNetworkId: null },
});

/** An apply whose writes end when the test says so. */
function slowApply() {
  const under = new Map<string, PromiseWithResolvers<Outcome>>();
  const apply = oneAtATime((change) => {
    const ending = Promise.withResolvers<Outcome>();
    under.set(change.source, ending);
    return ending.promise;
  });
  const end = (change: Change): void =>
    under.get(change.source)?.resolve({ kind: 'done', change, attachment: parseAttachmentId(`${change.source}/x`) });
  return { apply, end };
}

describe('changes of one interface', () => {
  it('are made one at a time, and whoever waited is told to read again', async () => {
    const { apply, end } = slowApply();
    const web = attachTo('web');
    const [first, second] = [apply(web, OWNER, 'event', null), apply(web, OWNER, 'event', null)];
    end(web);
    expect((await first).kind).toBe('done');
    expect((await second).kind).toBe('conflict');
  });

  it.each([
    ['it ends after the other', 1000, 2000],
    ['it never ends', 1000, null],
  ])('are waited for by whoever ends later: %s', async (_, first, second) => {
    const { apply, end } = slowApply();
    const web = attachTo('web');
    const writing = apply(web, OWNER, 'event', first);
    let isTold = false;
    const waiting = apply(web, OWNER, 'event', second).finally(() => (isTold = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isTold).toBe(false);
    end(web);
    expect((await writing).kind).toBe('done');
    expect((await waiting).kind).toBe('conflict');
  });

  it.each([
    [2000, 1000],
    [null, 1000],
  ])('are not waited for by whoever ends before them: %s, %s', async (first, second) => {
    const { apply } = slowApply();
    const web = attachTo('web');
    void apply(web, OWNER, 'event', first);
    expect((await apply(web, OWNER, 'event', second)).kind).toBe('conflict');
  });

  it('follow each other when none is under way', async () => {
    const { apply, end } = slowApply();
    const web = attachTo('web');
    for (const _ of [1, 2]) {
      const one = apply(web, OWNER, 'event', null);
      end(web);
      expect((await one).kind).toBe('done');
    }
  });

  it('are not held up by those of another', async () => {
    const { apply, end } = slowApply();
    void apply(attachTo('web'), OWNER, 'event', null);
    const other = apply(attachTo('api'), OWNER, 'event', null);
    end(attachTo('api'));
    expect((await other).kind).toBe('done');
  });
});
