import {
  CreateTrafficMirrorFilterCommand,
  CreateTrafficMirrorFilterRuleCommand,
  DeleteTrafficMirrorFilterRuleCommand,
  DescribeTrafficMirrorFilterRulesCommand,
  DescribeTrafficMirrorFiltersCommand,
  ModifyTrafficMirrorFilterNetworkServicesCommand,
  ModifyTrafficMirrorFilterRuleCommand,
  type CreateTrafficMirrorFilterRuleCommandInput,
} from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { clientOf, refusalOf, startCloud } from './rig.ts';

async function startFilter() {
  const cloud = await startCloud();
  const client = clientOf(cloud);
  const { TrafficMirrorFilter } = await client.send(new CreateTrafficMirrorFilterCommand({ Description: 'web' }));
  const id = TrafficMirrorFilter?.TrafficMirrorFilterId ?? '';
  const create = (RuleNumber: number, input: Partial<CreateTrafficMirrorFilterRuleCommandInput> = {}) =>
    client.send(
      new CreateTrafficMirrorFilterRuleCommand({
        TrafficMirrorFilterId: id,
        TrafficDirection: 'ingress',
        RuleNumber,
        RuleAction: 'accept',
        SourceCidrBlock: '0.0.0.0/0',
        DestinationCidrBlock: '10.0.0.0/8',
        ...input,
      }),
    );
  return { cloud, client, id, create };
}

test('rules are described within their filter, by direction and number', async () => {
  const { client, create } = await startFilter();
  await create(20, { Protocol: 6, DestinationPortRange: { FromPort: 80, ToPort: 443 } });
  await create(10, { RuleAction: 'reject' });
  await create(10, { TrafficDirection: 'egress' });
  const { TrafficMirrorFilters } = await client.send(new DescribeTrafficMirrorFiltersCommand({}));
  expect(TrafficMirrorFilters).toMatchObject([
    {
      Description: 'web',
      IngressFilterRules: [
        { RuleNumber: 10, RuleAction: 'reject' },
        { RuleNumber: 20, Protocol: 6, DestinationPortRange: { FromPort: 80, ToPort: 443 } },
      ],
      EgressFilterRules: [{ RuleNumber: 10 }],
      NetworkServices: [],
    },
  ]);
});

test('a rule is changed, set back and deleted', async () => {
  const { cloud, client, id, create } = await startFilter();
  const made = await create(1, { Protocol: 17, SourcePortRange: { FromPort: 53, ToPort: 53 } });
  const TrafficMirrorFilterRuleId = made.TrafficMirrorFilterRule?.TrafficMirrorFilterRuleId;
  await client.send(
    new ModifyTrafficMirrorFilterRuleCommand({
      TrafficMirrorFilterRuleId,
      RuleNumber: 5,
      RemoveFields: ['protocol', 'source-port-range'],
    }),
  );
  expect(cloud.state.in().filters[0]?.rules).toMatchObject([{ number: 5, protocol: null, sourcePorts: null }]);
  const list = () => client.send(new DescribeTrafficMirrorFilterRulesCommand({ TrafficMirrorFilterId: id }));
  expect((await list()).TrafficMirrorFilterRules).toHaveLength(1);
  await client.send(new DeleteTrafficMirrorFilterRuleCommand({ TrafficMirrorFilterRuleId }));
  expect((await list()).TrafficMirrorFilterRules).toHaveLength(0);
});

test('a filter has at most ten rules, and no number twice in a direction', async () => {
  const { create } = await startFilter();
  for (let number = 1; number <= 9; number += 1) await create(number);
  expect(await refusalOf(create(9))).toBe('InvalidParameterValue');
  await create(9, { TrafficDirection: 'egress' });
  expect(await refusalOf(create(11))).toBe('TrafficMirrorFilterRuleLimitExceeded');
});

test.each([
  ['a network', { SourceCidrBlock: 'anywhere' }],
  ['a network of an address alone', { SourceCidrBlock: '10.0.0.1' }],
  ['a network of 33 bits', { SourceCidrBlock: '10.0.0.0/33' }],
  ['a network of 129 bits', { DestinationCidrBlock: '2001:db8::/129' }],
  ['a direction', { TrafficDirection: 'sideways' as 'ingress' }],
  ['ports', { DestinationPortRange: { FromPort: 443, ToPort: 80 } }],
])('%s that is none is refused', async (_name, input) => {
  const { create } = await startFilter();
  expect(await refusalOf(create(1, input))).toBe('InvalidParameterValue');
});

test('the name service is mirrored when it is asked for', async () => {
  const { cloud, client, id } = await startFilter();
  const modify = (input: object) =>
    client.send(new ModifyTrafficMirrorFilterNetworkServicesCommand({ TrafficMirrorFilterId: id, ...input }));
  await modify({ AddNetworkServices: ['amazon-dns'] });
  expect(cloud.state.in().filters[0]?.networkServices).toEqual(['amazon-dns']);
  await modify({ RemoveNetworkServices: ['amazon-dns'] });
  expect(cloud.state.in().filters[0]?.networkServices).toEqual([]);
  expect(await refusalOf(modify({ AddNetworkServices: ['amazon-time'] }))).toBe('InvalidParameterValue');
});
