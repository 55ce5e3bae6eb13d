import { expect, test } from 'vitest';
import { createStandings } from '../../../../functions/arm/refusals/standings.ts';
import type { Answer, Exchange } from '../../../../functions/arm/traffic/wire.ts';
import { applyChange } from '../../../../functions/arm/write/apply.ts';
import { rememberLately } from '../../../../functions/arm/write/lately.ts';
import {
  findOwner,
  parseAttachmentId,
  parseDestinationName,
  parseRuleName,
  parseSourceId,
  parseTargetId,
} from '../../../../shared/ids.ts';
import type { Retarget } from '../../../../shared/plan/change.ts';
import type { Owner, Settings } from '../../../../shared/words.ts';

const NETWORK = '/subscriptions/11111111-1111-4111-8111-111111111111/resourcegroups/g/providers/microsoft.network';
const settings = (tap: string): Settings => ({
  target: parseTargetId(`${NETWORK}/virtualnetworktaps/${tap}`),
  filter: null,
  number: null,
  packetLength: null,
  virtualNetworkId: null,
});
const RETARGET: Retarget = {
  kind: 'retarget',
  source: parseSourceId(`${NETWORK}/networkinterfaces/n`),
  machine: null,
  attachment: parseAttachmentId(`${NETWORK}/networkinterfaces/n/tapconfigurations/tapkeeper-v1-soc`),
  from: settings('a'),
  to: settings('b'),
  destination: parseDestinationName('sensor'),
  rules: [parseRuleName('rule')],
};

const IN_PLACE: Answer = {
  status: 400,
  headers: {},
  body: { error: { code: 'PropertyChangeNotAllowed', message: 'it cannot be changed' } },
};
const ACCEPTED: Answer = { status: 202, headers: { 'azure-asyncoperation': '/op' }, body: null };
const state = (status: string): Answer => ({ status: 200, headers: {}, body: { status } });

/** Refuses the first PUT in place; operations of a deletion end after so many milliseconds, those of a PUT never. */
function azure(deletedAfterMs: number) {
  const writes: string[] = [];
  let nowMs = 0;
  const exchange: Exchange = async ({ call: { method } }) => {
    if (method === 'GET')
      return state(writes.at(-1) === 'DELETE' && nowMs >= deletedAfterMs ? 'Succeeded' : 'InProgress');
    writes.push(method);
    return writes.length === 1 ? IN_PLACE : ACCEPTED;
  };
  const clock = { now: () => nowMs };
  const pause = async (delayMs: number): Promise<void> => void (nowMs += delayMs);
  const writer = { exchange, clock, pause, standings: createStandings(clock), lately: rememberLately(clock) };
  return { writer, writes, nowMs: () => nowMs };
}

test.each([
  ['in time is followed by a creation, however little time is left', 47_000, ['PUT', 'DELETE', 'PUT']],
  ['not in time is left to the next look', 60_000, ['PUT', 'DELETE']],
])('a deletion that ends %s', async (_, deletedAfterMs, expected) => {
  const { writer, writes, nowMs } = azure(deletedAfterMs);
  const outcome = await applyChange({ ...writer, endsAtMs: 60_000 }, RETARGET, findOwner('soc') as Owner);
  expect(outcome).toMatchObject({ kind: 'conflict' });
  expect(writes).toEqual(expected);
  expect(nowMs()).toBeLessThanOrEqual(50_000);
});
