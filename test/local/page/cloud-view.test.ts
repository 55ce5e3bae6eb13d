import { describe, expect, test } from 'vitest';
import { toCloudView } from '../../../local/page/cloud-view.ts';
import type { InterfaceView } from '../../../local/page/page-state.ts';
import type { Config } from '../../../shared/config/config.ts';
import type { Owner } from '../../../shared/words.ts';
import { AWS_PLAN, AWS_WORLD } from '../../shared/print/fixed-plan.ts';

const CONFIG = { owner: 'prod' as Owner, formerOwners: [] } as unknown as Config;

const view = toCloudView(AWS_WORLD, AWS_PLAN, CONFIG, 'http://127.0.0.1:1');

const getInterface = (id: string): InterfaceView => {
  const found = view.machines.flatMap(({ interfaces }) => interfaces).find((one) => one.id === id);
  if (found === undefined) throw new Error(`${id} is not shown`);
  return found;
};

describe('a cloud as the page shows it', () => {
  test('has every machine by name, and what belongs to none at the end', () => {
    expect(view.machines.map(({ title }) => title)).toEqual([
      'i-batch',
      'i-old',
      'web-1',
      'web-2',
      'Interfaces without a machine',
    ]);
  });

  test('has every attachment of an interface, ours and others’, with number and destination', () => {
    expect(getInterface('eni-web1').attachments).toEqual([
      { id: 'tms-kept', title: 'tms-kept', isOurs: true, number: 100, destination: 'soc-aws', state: 'ready' },
    ]);
    expect(getInterface('eni-web2').attachments).toEqual([
      { id: 'tms-theirs', title: 'tms-theirs', isOurs: false, number: 50, destination: 'tmt-other', state: 'ready' },
    ]);
  });

  test.each([
    ['eni-batch', ['unknown-destination']],
    ['eni-old', ['pending']],
    ['eni-web2', ['pending', 'number-moved']],
    ['eni-loose', ['not-wished']],
  ])('says of %s why: %j', (id, codes) => {
    expect(getInterface(id).reasons.map(({ code }) => code)).toEqual(codes);
  });

  test('gives every interface without an attachment of ours a reason', () => {
    const bare = view.machines
      .flatMap(({ interfaces }) => interfaces)
      .filter(({ attachments }) => !attachments.some(({ isOurs }) => isOurs));
    expect(bare.length).toBeGreaterThan(0);
    expect(bare.filter(({ reasons }) => reasons.length === 0)).toEqual([]);
  });

  test('stays readable with thousands of machines', () => {
    const [machine] = AWS_WORLD.machines;
    const machines = Array.from({ length: 1000 }, (_, index) => ({ ...machine, id: `i-${index}` }) as never);
    const crowd = toCloudView({ ...AWS_WORLD, machines, sources: [] }, AWS_PLAN, CONFIG, '');
    expect([crowd.machines.length, crowd.omitted]).toEqual([150, 850]);
  });
});
