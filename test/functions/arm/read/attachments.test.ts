import { describe, expect, test } from 'vitest';
import { findTap, type Tap } from '../../../../functions/arm/destinations/tap.ts';
import type { Taps, TapsRead } from '../../../../functions/arm/destinations/taps.ts';
import { findUnlisted, readAttachments } from '../../../../functions/arm/read/attachments.ts';
import { findAttachment } from '../../../../functions/arm/read/convert.ts';
import { Fault } from '../../../../shared/fault.ts';
import { parseAccountId } from '../../../../shared/ids.ts';
import { denied, fakeExchange, listOf } from '../fake-exchange.ts';

const SUBSCRIPTION = parseAccountId('00000000-0000-4000-8000-000000000000');
const network = (rest: string): string =>
  `/subscriptions/${SUBSCRIPTION}/resourcegroups/rg/providers/microsoft.network/${rest}`;
const TAP = network('virtualnetworktaps/soc');
const configuration = (nic: string, name = 'tapkeeper-v1-soc'): string =>
  network(`networkinterfaces/${nic}/tapconfigurations/${name}`);

function tapListing(...ids: readonly string[]): Tap {
  const tap = findTap({
    id: TAP,
    properties: { networkInterfaceTapConfigurations: ids.map((id) => ({ id: id.toUpperCase() })) },
  });
  if (tap === null) throw new Error('no VTAP');
  return tap;
}

const NOTHING: TapsRead = { taps: [], faults: [] };

/** VTAPs as they are when they are read again, or listed. */
function tapsThatSay(said: Partial<Record<'again' | 'list', TapsRead>>) {
  const asked: string[] = [];
  const answer = (what: 'again' | 'list') => async (): Promise<TapsRead> => {
    asked.push(what);
    return said[what] ?? NOTHING;
  };
  const taps: Taps = {
    read: async () => NOTHING,
    readAgain: answer('again'),
    list: answer('list'),
    forget: () => undefined,
    forgetOld: () => false,
  };
  return { taps, asked };
}

describe('which of ours are listed', () => {
  const ours = (nic: string) => {
    const made = findAttachment({ id: configuration(nic), properties: { virtualNetworkTap: { id: TAP } } });
    if (made === null) throw new Error('no attachment');
    return made;
  };
  const known: TapsRead = { taps: [tapListing(configuration('a'))], faults: [] };
  const states = async (again: TapsRead) => {
    const { taps } = tapsThatSay({ again });
    const found = await findUnlisted([ours('a'), ours('b')], known, taps);
    return { states: found.attachments.map(({ state }) => state), taps: found.taps };
  };

  test('is not asked again when all are', async () => {
    const { taps, asked } = tapsThatSay({});
    await findUnlisted([ours('a')], known, taps);
    expect(asked).toEqual([]);
  });

  test('is what the VTAP says when it is read again', async () => {
    expect((await states(known)).states).toEqual(['ready', 'unlisted']);
    const grown: TapsRead = { taps: [tapListing(configuration('a'), configuration('b'))], faults: [] };
    const found = await states(grown);
    expect([found.states, found.taps.taps[0]?.target.load]).toEqual([['ready', 'ready'], 2]);
  });

  test('of a VTAP that was deleted and created again under the same name, none is', async () => {
    expect((await states({ taps: [tapListing()], faults: [] })).states).toEqual(['unlisted', 'unlisted']);
  });

  test('of a VTAP that is gone, and is then no target any more, is not known', async () => {
    expect(await states(NOTHING)).toEqual({ states: ['ready', 'ready'], taps: NOTHING });
  });

  test('of a VTAP that does not answer any more is not known, and that is a fault', async () => {
    const fault = new Fault('unreachable', 'no answer');
    const found = await states({ taps: [], faults: [fault] });
    expect(found).toEqual({ states: ['ready', 'ready'], taps: { taps: known.taps, faults: [fault] } });
  });
});

describe('TAP configurations that are only named', () => {
  const body = (nic: string): unknown => ({
    id: network(`networkInterfaces/${nic}`),
    properties: { tapConfigurations: [{ id: configuration(nic) }] },
  });
  const lookup = (said: Parameters<typeof fakeExchange>[0], list: TapsRead = NOTHING) => {
    const fake = fakeExchange(said);
    const { taps, asked } = tapsThatSay({ list });
    return {
      asked: fake.asked,
      listed: asked,
      of: { exchange: fake.exchange, taps, subscription: SUBSCRIPTION, known: [] },
    };
  };
  const listAt = (nic: string): string => `${network(`networkinterfaces/${nic}`)}/tapconfigurations`;
  const full = (nic: string) => listOf({ id: configuration(nic), properties: { virtualNetworkTap: { id: TAP } } });

  test('are told by one list of VTAPs for many interfaces', async () => {
    const list = { taps: [tapListing(configuration('a'), configuration('b'))], faults: [] };
    const { of, asked, listed } = lookup({}, list);
    const read = await readAttachments([body('a'), body('b')], of);
    expect(read.attachments.map(({ settings }) => settings.target)).toEqual([TAP, TAP]);
    expect([asked, listed]).toEqual([[], ['list']]);
  });

  test('of one interface are asked for there', async () => {
    const { of, asked, listed } = lookup({ [listAt('a')]: full('a') });
    expect((await readAttachments([body('a')], of)).attachments).toMatchObject([{ id: configuration('a') }]);
    expect([asked, listed]).toEqual([[listAt('a')], []]);
  });

  test('and denied are a fault of that interface only', async () => {
    const { of } = lookup({ [listAt('a')]: denied, [listAt('b')]: full('b') });
    const read = await readAttachments([body('a'), body('b')], of);
    expect(read.attachments).toMatchObject([{ id: configuration('b') }]);
    expect(read.faults).toMatchObject([{ code: 'denied' }]);
  });
});
