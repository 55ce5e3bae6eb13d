import { describe, expect, it } from 'vitest';
import {
  findOwner,
  parseAttachmentId,
  parseDestinationName,
  parseFilterId,
  parseRegion,
  parseRuleName,
  parseSourceId,
  parseTargetId,
} from '../../../../shared/ids.ts';
import { toFilters } from '../../../../shared/plan/coverage.ts';
import { orderSteps, type Course, type Step } from '../../../../shared/plan/steps/order.ts';
import type { Wish } from '../../../../shared/plan/wishes.ts';
import { PROFILES } from '../../../../shared/profile.ts';
import type { Attachment, Owner, Settings } from '../../../../shared/words.ts';
import { toWorld } from '../../../world.ts';
import { kindsOf } from '../../../props/packets.ts';
import { findLoss, hasWay, type Journey } from '../../../props/ways.ts';

const { filters } = toWorld({
  filters: [
    { id: 'tmf-pq', accepts: ['ingress 6', 'ingress 17'] },
    { id: 'tmf-pr', accepts: ['ingress 6', 'ingress 1'] },
    { id: 'tmf-rs', accepts: ['ingress 1', 'ingress 47'] },
    { id: 'tmf-qs', accepts: ['ingress 17', 'ingress 47'] },
    { id: 'tmf-none', accepts: [] },
  ],
});

const settings = (target: string, filter: string, number: number): Settings => ({
  target: parseTargetId(target),
  filter: parseFilterId(filter),
  number,
  packetLength: null,
  virtualNetworkId: null,
});

const attachment = (id: string, from: Settings, owner: Owner | null): Attachment => ({
  id: parseAttachmentId(id),
  source: parseSourceId('eni-0'),
  settings: from,
  mark: owner === null ? null : { owner, version: 'v1' },
  state: 'ready',
});

const ours = (id: string, from: Settings): Attachment => attachment(id, from, findOwner('soc'));

const wish = (to: Settings): Wish => ({
  destination: {
    cloud: 'aws',
    name: parseDestinationName('sensor'),
    region: parseRegion('us-east-1'),
    entry: { kind: 'target', id: to.target },
    filter: { kind: 'one', id: to.filter ?? parseFilterId('tmf-none') },
    sessionNumber: to.number ?? 1,
    packetLength: null,
    virtualNetworkId: null,
    numbers: 'exact',
    mayPreempt: false,
  },
  rules: [parseRuleName('tagged')],
  to,
  target: null,
  hold: null,
});

const course = (part: Pick<Course, 'ours'> & Partial<Course>): Course => ({
  theirs: [],
  placements: [],
  leaving: [],
  profile: PROFILES.aws,
  filters: toFilters(filters),
  mayRetarget: true,
  ...part,
});

const place = (one: Attachment | null, to: Settings) => ({ wish: wish(to), attachment: one, to });

/** What each step does, in short. */
const told = (steps: readonly Step[]): readonly string[] =>
  steps.map((step) =>
    step.kind === 'create'
      ? `make ${step.to.target} ${step.to.filter} ${step.to.number}`
      : step.kind === 'remove'
        ? `remove ${step.attachment.id}`
        : `${step.attachment.id} to ${step.to.target} ${step.to.filter} ${step.to.number}`,
  );

describe('the steps of one source', () => {
  const a = ours('tms-a', settings('tmt-a', 'tmf-pq', 100));
  const b = ours('tms-b', settings('tmt-b', 'tmf-rs', 200));

  describe('where nothing can be had without loss', () => {
    const third = attachment('tms-theirs', settings('tmt-f', 'tmf-none', 300), null);
    const to = [settings('tmt-a', 'tmf-pr', 100), settings('tmt-b', 'tmf-qs', 200)] as const;
    const crossing = course({ theirs: [third], ours: [a, b], placements: [place(a, to[0]), place(b, to[1])] });
    const journey: Journey = {
      theirs: [{ settings: third.settings, theirs: third.id }],
      from: [a.settings, b.settings],
      to,
      limit: 3,
      kinds: kindsOf(filters, []),
    };

    it('is really such a place: every way of five calls loses something', () => {
      expect(hasWay(journey, { calls: 5, retargets: 5, removals: 0 })).toBe(false);
    });

    it('do what is wished nevertheless, and lose one kind of packets for one step', () => {
      const steps = orderSteps(crossing);
      expect(told(steps)).toEqual(['tms-a to tmt-a tmf-pr 100', 'tms-b to tmt-b tmf-qs 200']);
      expect(findLoss(journey, [to[0], b.settings])).toContain('"protocol":17');
    });
  });

  it('leave what is to go as it is, though it holds the number that another waits for', () => {
    const c = ours('tms-c', settings('tmt-c', 'tmf-rs', 100));
    const steps = orderSteps(
      course({
        ours: [c, b],
        placements: [place(b, settings('tmt-b', 'tmf-rs', 100)), place(null, settings('tmt-a', 'tmf-pq', 200))],
        leaving: [{ attachment: c, because: 'unwished' }],
        mayRetarget: false,
      }),
    );
    expect(told(steps)).toEqual(['remove tms-c', 'tms-b to tmt-b tmf-rs 100', 'make tmt-a tmf-pq 200']);
  });

  it('put one aside as it is to be, where what it replaces has its number', () => {
    const c = ours('tms-c', settings('tmt-c', 'tmf-none', 1));
    const steps = orderSteps(
      course({
        ours: [a, c],
        placements: [place(c, settings('tmt-c', 'tmf-pq', 100))],
        leaving: [{ attachment: a, because: 'unwished' }],
        mayRetarget: false,
      }),
    );
    expect(told(steps)).toEqual(['tms-c to tmt-c tmf-pq 101', 'remove tms-a', 'tms-c to tmt-c tmf-pq 100']);
  });

  it('put one aside as it is, and then as it is to be, where it is waited for and waits itself', () => {
    const steps = orderSteps(
      course({
        ours: [a, b],
        placements: [place(b, settings('tmt-b', 'tmf-pq', 100)), place(null, settings('tmt-c', 'tmf-rs', 200))],
        leaving: [{ attachment: a, because: 'unwished' }],
        mayRetarget: false,
      }),
    );
    expect(told(steps)).toEqual([
      'tms-b to tmt-b tmf-rs 101',
      'make tmt-c tmf-rs 200',
      'tms-b to tmt-b tmf-pq 101',
      'remove tms-a',
      'tms-b to tmt-b tmf-pq 100',
    ]);
  });

  it('make a session that would leave into what comes under its number, with its own VNI', () => {
    const c = ours('tms-c', { ...settings('tmt-c', 'tmf-rs', 100), virtualNetworkId: 4242 });
    const to = settings('tmt-a', 'tmf-rs', 100);
    const steps = orderSteps(
      course({ ours: [c], placements: [place(null, to)], leaving: [{ attachment: c, because: 'unwished' }] }),
    );
    expect(steps).toEqual([
      { kind: 'change', wish: wish(to), attachment: c, from: c.settings, to: { ...to, virtualNetworkId: 4242 } },
    ]);
  });

  it('write again what failed, although nothing differs', () => {
    const failed: Attachment = { ...a, state: 'failed' };
    expect(told(orderSteps(course({ ours: [failed], placements: [place(failed, { ...a.settings })] })))).toEqual([
      'tms-a to tmt-a tmf-pq 100',
    ]);
  });

  it('change parts only where that spares a loss, and only where ours may be retargeted', () => {
    const swap = course({
      ours: [a, b],
      placements: [place(a, settings('tmt-a', 'tmf-rs', 100)), place(b, settings('tmt-b', 'tmf-pq', 200))],
    });
    expect(told(orderSteps(swap))).toEqual([
      'tms-b to tmt-b tmf-rs 101',
      'tms-a to tmt-b tmf-pq 200',
      'tms-b to tmt-a tmf-rs 100',
    ]);
    expect(told(orderSteps({ ...swap, mayRetarget: false }))).toEqual([
      'tms-a to tmt-a tmf-rs 100',
      'tms-b to tmt-b tmf-pq 200',
    ]);
  });
});
