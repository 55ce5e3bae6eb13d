import { describe, expect, it } from 'vitest';
import {
  parseAttachmentId,
  parseDestinationName,
  parseMachineId,
  parseRuleName,
  parseSourceId,
  parseTargetId,
} from '../../../shared/ids.ts';
import type { Change } from '../../../shared/plan/change.ts';
import { toHold } from '../../../shared/plan/refused.ts';

const about = { source: parseSourceId('eni-1'), machine: parseMachineId('i-1') };
const wished = { ...about, destination: parseDestinationName('sensor'), rules: [parseRuleName('tagged')] };
const settings = {
  target: parseTargetId('tmt-1'),
  filter: null,
  number: null,
  packetLength: null,
  virtualNetworkId: null,
};
const attachment = parseAttachmentId('tms-1');

describe('a change that the cloud withholds', () => {
  it.each<[string, Change, object]>([
    ['an attach', { ...wished, kind: 'attach', to: settings }, { keeps: null }],
    ['a change in place', { ...wished, kind: 'modify', attachment, from: settings, to: settings }, { keeps: 'tms-1' }],
    ['a move', { ...wished, kind: 'retarget', attachment, from: settings, to: settings }, { keeps: 'tms-1' }],
    [
      'a detach',
      { ...about, kind: 'detach', attachment, from: settings, because: 'unwished' },
      { keeps: 'tms-1', destination: null, rules: [] },
    ],
  ])('is held as what it is: %s', (_name, change, differs) => {
    expect(toHold(change, 'modify-refused', 'no')).toEqual({
      source: 'eni-1',
      machine: 'i-1',
      code: 'modify-refused',
      destination: 'sensor',
      rules: ['tagged'],
      blockedBy: [],
      detail: 'no',
      ...differs,
    });
  });
});
