import { describe, expect, test } from 'vitest';
import { createTaps } from '../../../../functions/arm/destinations/taps.ts';
import type { AzureDestination } from '../../../../shared/config/config.ts';
import { parseAccountId, parseEndpointId, parseTargetId } from '../../../../shared/ids.ts';
import type { Scope } from '../../../../shared/words.ts';
import { denied, fakeExchange, listOf, type Said } from '../fake-exchange.ts';

type Entry = AzureDestination['entry'];

const [SOURCES, SENSORS, TAPS] = [1, 2, 3].map((n) => `${n}`.repeat(8) + '-0000-4000-8000-000000000000');
const network = (subscription = '', rest = ''): string =>
  `/subscriptions/${subscription}/resourcegroups/rg/providers/microsoft.network/${rest}`;
const tapId = (subscription: string | undefined, name: string): string =>
  network(subscription, `virtualnetworktaps/${name}`);
const listAt = (subscription = ''): string =>
  `/subscriptions/${subscription}/providers/microsoft.network/virtualnetworktaps`;
const FRONT = network(SENSORS, 'loadbalancers/lb/frontendipconfigurations/front');

const tap = (id: string, more: object = {}, sources = 0): unknown => ({
  id,
  location: 'eastus',
  properties: {
    provisioningState: 'Succeeded',
    // As the service writes it, which is not as its specification does.
    destinationLoadBalancerFrontendIPConfiguration: { id: FRONT },
    networkInterfaceTapConfigurations: Array.from({ length: sources }, (_none, at) => ({
      id: network(SOURCES, `networkinterfaces/n${at}/tapconfigurations/c`),
    })),
    ...more,
  },
});

const front: Entry = { kind: 'loadBalancerFrontend', id: parseEndpointId(FRONT) };
const named = (id: string): Entry => ({ kind: 'virtualNetworkTap', id: parseTargetId(id) });
const scope: Scope = { cloud: 'azure', account: parseAccountId(SOURCES ?? ''), region: null };

function tapsOver(said: Said, entries: readonly Entry[]) {
  let nowMs = 0;
  const { exchange, asked } = fakeExchange(said);
  const taps = createTaps({ exchange, clock: { now: () => nowMs }, entries: async () => entries, capacity: 100 });
  return {
    taps,
    asked,
    pass: (ms: number) => void (nowMs += ms),
    async read(age: 'recent' | 'now' = 'recent') {
      asked.length = 0;
      const read = await taps.read(scope, age);
      return { ids: read.taps.map(({ target }) => target.id), codes: read.faults.map(({ code }) => code), ...read };
    },
  };
}

describe('a VTAP in front of a frontend', () => {
  const own = tapId(SENSORS, 'own');
  const beside = tapId(SOURCES, 'beside');

  test("is found in the frontend's subscription and in the sources', and nowhere else is looked", async () => {
    const { read, asked } = tapsOver({ [listAt(SENSORS)]: listOf(tap(own)), [listAt(SOURCES)]: listOf(tap(beside)) }, [
      front,
    ]);
    expect((await read()).ids).toEqual([own, beside]);
    expect(asked).toEqual([listAt(SENSORS), listAt(SOURCES)]);
    expect((await read()).ids).toEqual([own, beside]);
    expect(asked).toEqual([]);
  });

  test('that has no VTAP beside it is not looked for again within the minute', async () => {
    const { read, asked, pass } = tapsOver({ [listAt(SENSORS)]: listOf(tap(own)), [listAt(SOURCES)]: listOf() }, [
      front,
    ]);
    await read();
    pass(59_999);
    await read();
    expect(asked).toEqual([]);
    pass(1);
    await read();
    expect(asked).toHaveLength(2);
  });

  test("is remembered when it is only in the sources' subscription, and looked for in both while there is none", async () => {
    const said: Said = { [listAt(SENSORS)]: listOf(), [listAt(SOURCES)]: listOf() };
    const { read, asked } = tapsOver(said, [front]);
    await read();
    await read();
    expect(asked).toHaveLength(2);
    said[listAt(SOURCES)] = listOf(tap(beside));
    expect((await read()).ids).toEqual([beside]);
    await read();
    expect(asked).toEqual([]);
  });

  test('may not be looked for among the sources: that is no fault as long as there is one', async () => {
    const said: Said = { [listAt(SENSORS)]: listOf(tap(own)), [listAt(SOURCES)]: denied };
    const found = await tapsOver(said, [front]).read();
    expect([found.ids, found.codes]).toEqual([[own], []]);
    const none = await tapsOver({ ...said, [listAt(SENSORS)]: listOf() }, [front]).read();
    expect([none.ids, none.codes]).toEqual([[], ['denied']]);
  });

  test.each([
    ['the own list does not answer', { [listAt(SENSORS)]: 'unreachable', [listAt(SOURCES)]: listOf(tap(beside)) }],
    ['the own list is denied', { [listAt(SENSORS)]: denied, [listAt(SOURCES)]: listOf(tap(beside)) }],
    ['the other list does not answer', { [listAt(SENSORS)]: listOf(tap(own)), [listAt(SOURCES)]: 'unreachable' }],
  ] as const)('while %s, none counts: what is attached to the unread one would be moved', async (_, said) => {
    const found = await tapsOver(said, [front]).read();
    expect(found.ids).toEqual([]);
    expect(found.codes).toHaveLength(1);
  });

  test('that is named as well is known all the same', async () => {
    const said: Said = {
      [listAt(SENSORS)]: 'unreachable',
      [listAt(SOURCES)]: listOf(tap(beside)),
      [tapId(TAPS, 't')]: { body: tap(tapId(TAPS, 't')) },
    };
    const found = await tapsOver(said, [front, named(beside), named(tapId(TAPS, 't'))]).read();
    expect([...found.ids].sort()).toEqual([beside, tapId(TAPS, 't')].sort());
    expect(found.codes).toEqual(['unreachable']);
  });
});

describe('a VTAP that is named', () => {
  const [a, b] = [tapId(TAPS, 'a'), tapId(TAPS, 'b')];

  test('is read where it is, several of one subscription by a list', async () => {
    const one = tapsOver({ [a]: { body: tap(a) } }, [named(a)]);
    expect((await one.read()).ids).toEqual([a]);
    expect(one.asked).toEqual([a]);
    const two = tapsOver({ [listAt(TAPS)]: listOf(tap(a), tap(b)) }, [named(a), named(b)]);
    expect((await two.read()).ids).toEqual([a, b]);
    expect(two.asked).toEqual([listAt(TAPS)]);
  });

  test('is read by itself where the list is denied', async () => {
    const said: Said = { [listAt(TAPS)]: denied, [a]: { body: tap(a) }, [b]: denied };
    const found = await tapsOver(said, [named(a), named(b)]).read();
    expect([found.ids, found.codes]).toEqual([[a], ['denied']]);
  });

  test('is asked for again while it is missing or being changed', async () => {
    for (const said of [{}, { [a]: { body: tap(a, { provisioningState: 'Updating' }) } }]) {
      const { read, asked } = tapsOver(said, [named(a)]);
      await read();
      await read();
      expect(asked).toEqual([a]);
    }
  });

  test('is remembered although another one of its subscription is broken', async () => {
    const broken = tap(tapId(SENSORS, 'broken'), {
      provisioningState: 'Failed',
      destinationLoadBalancerFrontendIPConfiguration: { id: `${FRONT}2` },
    });
    const said: Said = { [listAt(SENSORS)]: listOf(tap(tapId(SENSORS, 't')), broken), [listAt(SOURCES)]: listOf() };
    const { read, asked } = tapsOver(said, [front]);
    await read();
    await read();
    expect(asked).toEqual([]);
  });
});

test('a VTAP takes as many sources as is configured, and its load is what it lists', async () => {
  const id = tapId(TAPS, 'a');
  const { taps, read } = tapsOver({ [id]: { body: tap(id, {}, 7) } }, [named(id)]);
  for (const { taps: seen } of [await read(), await taps.readAgain([parseTargetId(id)])]) {
    expect(seen).toMatchObject([{ target: { load: 7, capacity: 100 } }]);
  }
});
