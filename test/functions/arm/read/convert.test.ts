import { describe, expect, test } from 'vitest';
import {
  findAttachment,
  findFailure,
  findMachine,
  findSource,
  toPowerState,
} from '../../../../functions/arm/read/convert.ts';
import { bodyOf } from '../recorded.ts';

const GROUP = '/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/rg/providers';
const NETWORK = `${GROUP}/microsoft.network`;

describe('recorded bodies', () => {
  test('an interface without a machine', () => {
    expect(findSource(bodyOf('nic-create-2019', 'response'))).toEqual({
      id: `${NETWORK}/networkinterfaces/sourcenic`,
      cloud: 'azure',
      account: '00000000-0000-0000-0000-000000000000',
      region: 'westcentralus',
      zone: null,
      resourceGroup: 'rg',
      network: `${NETWORK}/virtualnetworks/vnet`,
      subnet: `${NETWORK}/virtualnetworks/vnet/subnets/subnet`,
      machine: null,
      isPrimary: false,
      tags: { testtag: 'testval' },
      state: 'detached',
      unfit: null,
    });
  });

  test('a TAP configuration while it is made and when it is there', () => {
    const made = findAttachment(bodyOf('tapconfig-put-create', 'response'));
    expect(made).toMatchObject({
      id: `${NETWORK}/networkinterfaces/sourcenic/tapconfigurations/vtapconfig2`,
      source: `${NETWORK}/networkinterfaces/sourcenic`,
      settings: { target: `${NETWORK}/virtualnetworktaps/tap2`, number: null },
      mark: null,
      state: 'changing',
    });
    expect(findAttachment(bodyOf('tapconfig-put-create', 'finalGet'))).toEqual({ ...made, state: 'ready' });
  });
});

const NIC = {
  id: `${NETWORK}/networkInterfaces/nic`,
  location: 'East US',
  properties: {
    provisioningState: 'Succeeded',
    virtualMachine: { id: `${GROUP}/Microsoft.Compute/virtualMachines/VM` },
  },
};
const nic = (properties: object): unknown => ({ ...NIC, properties: { ...NIC.properties, ...properties } });
const VM = { id: `${GROUP.toUpperCase()}/Microsoft.Compute/virtualMachines/vm`, location: 'eastus', properties: {} };
const vm = (properties: object): unknown => ({ ...VM, properties });

describe('interfaces', () => {
  test('regions and ids are in one form', () => {
    expect(findSource(NIC)).toMatchObject({
      region: 'eastus',
      machine: `${GROUP}/microsoft.compute/virtualmachines/vm`,
      state: 'attached',
    });
  });

  test.each(['Updating', 'Creating', 'Deleting'])('one that is %s is not written to', (provisioningState) => {
    expect(findSource(nic({ provisioningState }))?.state).toBe('changing');
  });

  test.each(['Failed', 'Canceled', 'failed'])(
    'provisioning that is %s is over, and does not change by itself',
    (state) => {
      expect(findSource(nic({ provisioningState: state }))?.state).toBe('attached');
      expect(findSource(nic({ provisioningState: state, virtualMachine: undefined }))?.state).toBe('detached');
      expect(findFailure(nic({ provisioningState: state }))).toBe(state);
      const instanceView = { statuses: [{ code: 'PowerState/deallocated' }] };
      expect(findMachine(vm({ provisioningState: state, instanceView }))?.state).toBe('stopped');
    },
  );

  test('an instance of a uniform scale set is no machine: its interface is judged by itself', () => {
    const id = `${GROUP}/Microsoft.Compute/virtualMachineScaleSets/s/virtualMachines/1`;
    expect(findSource(nic({ virtualMachine: { id } }))).toMatchObject({ machine: null, state: 'attached' });
  });

  test.each([
    ['a leading slash', `${NETWORK}/networkInterfaces/nic`],
    ['none', `${NETWORK}/networkInterfaces/nic`.slice(1)],
    ['odd casing', `${NETWORK}/networkInterfaces/nic`.toUpperCase()],
    ['a slash at the end', `${NETWORK}/networkInterfaces/nic/`],
  ])('an id with %s is the same', (_, id) => {
    expect(findSource({ ...NIC, id })?.id).toBe(`${NETWORK}/networkinterfaces/nic`);
  });
});

describe('machines', () => {
  test('tags are text, whatever they are called', () => {
    const tags = JSON.parse('{"__proto__":"a","constructor":"b","n":1}') as object;
    expect(Object.entries(findMachine({ ...VM, tags })?.tags ?? {})).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
    expect(findMachine(VM)?.tags).toEqual({});
  });

  test.each([
    ['running', 'running'],
    ['stopped', 'stopped'],
    ['deallocated', 'stopped'],
    ['starting', 'changing'],
    ['deallocating', 'changing'],
    ['unknown', 'running'],
  ])('the power state %s is %s', (power, state) => {
    const instanceView = { statuses: [{ code: 'ProvisioningState/succeeded' }, { code: `PowerState/${power}` }] };
    expect(findMachine(vm({ provisioningState: 'Succeeded', instanceView }))?.state).toBe(state);
    expect(findMachine(vm({ provisioningState: 'Updating', instanceView }))?.state).toBe('changing');
    expect(toPowerState(null)).toBe('running');
  });
});

describe('machines that stand in for each other', () => {
  const compute = (rest: string): string => `${GROUP}/Microsoft.Compute/${rest}`;

  test.each([
    ['none', {}, null],
    [
      'an availability set',
      { availabilitySet: { id: compute('availabilitySets/AS').toUpperCase() } },
      'availabilitysets/as',
    ],
    [
      'a flexible scale set',
      { virtualMachineScaleSet: { id: compute('virtualMachineScaleSets/Flex') } },
      'virtualmachinescalesets/flex',
    ],
  ])('of %s', (_, properties, group) => {
    const expected = group === null ? null : `${GROUP}/microsoft.compute/${group}`;
    expect(findMachine(vm(properties))?.availabilityGroup).toBe(expected);
  });
});

describe('TAP configurations', () => {
  test('our mark is in the name, in any casing', () => {
    const id = `${NIC.id}/tapConfigurations/TapKeeper-v1-SOC`;
    const properties = { provisioningState: 'Failed', virtualNetworkTap: { id: `${NETWORK}/virtualNetworkTaps/t` } };
    expect(findAttachment({ id, properties })).toMatchObject({ mark: { owner: 'soc' }, state: 'failed' });
  });

  test('what is only named has no settings, and bodies of other types are none', () => {
    expect(findAttachment({ id: `${NIC.id}/tapConfigurations/x` })).toBeNull();
    for (const body of [null, 'x', {}, { id: 7 }, VM]) {
      expect([findSource(body), findAttachment(body)]).toEqual([null, null]);
    }
    expect(findMachine(NIC)).toBeNull();
  });
});
