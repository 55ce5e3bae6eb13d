import { describe, expect, test } from 'vitest';
import type { Attribute, Condition } from '../../../shared/config/config.ts';
import { parseRegion } from '../../../shared/ids.ts';
import { holds, thing } from './sketch.ts';

const exists = (tag: string): Condition => ({ kind: 'tag-exists', tag });
const isIn = (tag: string, ...values: readonly [string, ...string[]]): Condition => ({ kind: 'tag-in', tag, values });
const like = (tag: string, glob: string): Condition => ({ kind: 'tag-glob', tag, glob });
const not = (of: Condition): Condition => ({ kind: 'not', of });
const is = (attribute: Attribute, ...values: readonly [string, ...string[]]): Condition => ({
  kind: 'attribute',
  attribute,
  values,
});

const PROD = thing({ tags: { env: 'prod', empty: '' } });
const BARE = thing();

describe('a condition on a tag', () => {
  test.each([
    ['exists', exists('env'), true],
    ['exists with an empty value', exists('empty'), true],
    ['exists, of a tag that is not there', exists('team'), false],
    ['equals', isIn('env', 'prod'), true],
    ['equals an empty value', isIn('empty', ''), true],
    ['equals an empty value, of a tag that is not there', isIn('team', ''), false],
    ['equals in another casing', isIn('env', 'Prod'), false],
    ['in', isIn('env', 'staging', 'prod'), true],
    ['in others', isIn('env', 'staging', 'dev'), false],
    ['glob', like('env', 'p*'), true],
    ['glob of something else', like('env', 'd*'), false],
    ['glob of a tag that is not there', like('team', '*'), false],
    ['not of a tag that is not there', not(isIn('team', 'red')), true],
    ['not glob of a tag that is not there', not(like('team', '*')), true],
    ['not of what holds', not(exists('env')), false],
    ['all', { kind: 'all', of: [exists('env'), isIn('env', 'prod')] }, true],
    ['all but one', { kind: 'all', of: [exists('env'), exists('team')] }, false],
    ['any', { kind: 'any', of: [exists('team'), exists('env')] }, true],
    ['any of none', { kind: 'any', of: [exists('team'), isIn('env', 'dev')] }, false],
  ] satisfies readonly (readonly [string, Condition, boolean])[])('%s', (_, condition, expected) => {
    expect(holds(condition, PROD)).toBe(expected);
  });

  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('%s is a name like any other', (tag) => {
    expect(holds(exists(tag), BARE)).toBe(false);
    expect(holds(not(exists(tag)), BARE)).toBe(true);
    expect(holds(isIn(tag, 'x'), thing({ tags: Object.fromEntries([[tag, 'x']]) }))).toBe(true);
  });
});

describe('tag names', () => {
  test.each([
    ['aws', 'Env', 'env', false],
    ['aws', 'env', 'env', true],
    ['azure', 'Env', 'env', true],
    ['azure', 'env', 'ENV', true],
  ] as const)('on %s, %s is found as %s: %s', (cloud, tag, asked, expected) => {
    expect(holds(exists(asked), thing({ cloud, tags: { [tag]: 'x' } }))).toBe(expected);
  });

  test.each(['aws', 'azure'] as const)('on %s, values keep their case', (cloud) => {
    expect(holds(isIn('env', 'PROD'), thing({ cloud, tags: { env: 'prod' } }))).toBe(false);
  });
});

describe("an interface's own tags", () => {
  test('are laid over those of its machine', () => {
    const one = thing({ tags: { env: 'prod', team: 'red' }, own: { env: 'dev' } });
    expect(holds(isIn('env', 'dev'), one)).toBe(true);
    expect(holds(isIn('env', 'prod'), one)).toBe(false);
    expect(holds(isIn('team', 'red'), one)).toBe(true);
  });

  test('are laid over on Azure in whatever casing they are written', () => {
    const one = thing({ cloud: 'azure', tags: { Env: 'prod' }, own: { ENV: 'dev' } });
    expect(holds(isIn('env', 'dev'), one)).toBe(true);
    expect(holds(isIn('env', 'prod'), one)).toBe(false);
  });

  test('stand alone where there is no machine', () => {
    expect(holds(exists('env'), thing({ own: { env: 'x' }, machine: null }))).toBe(true);
  });
});

describe('a condition on an attribute', () => {
  const one = thing({
    cloud: 'azure',
    source: {
      region: parseRegion('eastus'),
      resourceGroup: 'Sensors',
      network: '/subscriptions/s/resourcegroups/net/providers/microsoft.network/virtualnetworks/hub',
    },
    machine: { type: 'Standard_D4s_v5', name: 'web-1' },
  });

  test.each([
    ['cloud', 'azure', true],
    ['cloud', 'aws', false],
    ['account', '00000000-0000-0000-0000-000000000000', true],
    ['region', 'eastus', true],
    ['region', 'East US', true],
    ['region', 'westus', false],
    ['resourceGroup', 'sensors', true],
    ['resourceGroup', ' SENSORS ', true],
    ['network', '/subscriptions/s/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/hub', true],
    ['network', 'subscriptions/s/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/hub/', true],
    ['network', 'hub', false],
    ['subnet', 'default', false],
    ['machineType', 'standard_d4s_v5', true],
    ['machineName', 'WEB-1', true],
    ['machineName', 'web', false],
  ] as const)('%s %s: %s', (attribute, value, expected) => {
    expect(holds(is(attribute, value), one)).toBe(expected);
  });

  test('holds for one of several values', () => {
    expect(holds(is('region', 'us-east-1', 'eastus'), one)).toBe(true);
    expect(holds(is('region', 'us-east-1', 'westus'), one)).toBe(false);
  });

  test('does not hold, and its `not` does, where there is no value', () => {
    expect(holds(is('subnet', ''), one)).toBe(false);
    expect(holds(not(is('subnet', 'default')), one)).toBe(true);
  });

  test.each([
    is('machineType', 'm7i.large'),
    not(is('machineType', 'm7i.large')),
    { kind: 'any', of: [exists('env'), is('machineName', 'web')] },
    { kind: 'all', of: [exists('env'), not(is('machineName', 'web'))] },
  ] satisfies readonly Condition[])('about a machine makes no rule for an interface without one: %j', (condition) => {
    expect(holds(condition, thing({ own: { env: 'x' }, machine: null }))).toBe(false);
    expect(holds({ kind: 'any', of: [condition, exists('env')] }, thing({ own: { env: 'x' } }))).toBe(true);
  });
});
