import type {
  DescribeAvailabilityZonesResult,
  DescribeInstanceTypesRequest,
  DescribeInstanceTypesResult,
  DescribeRegionsResult,
  DescribeSubnetsRequest,
  DescribeSubnetsResult,
  DescribeVpcsRequest,
  DescribeVpcsResult,
  _InstanceType,
} from '@aws-sdk/client-ec2';
import type { Action, Call } from '../call.ts';
import { toPredicate } from '../filters.ts';
import { pick } from '../get.ts';
import { hypervisorOf } from '../mirrorable-types.ts';
import { PAGE_BOUNDS, toPage } from '../pages.ts';
import type { Subnet } from '../state.ts';
import { tagsOf, toTagList } from '../region.ts';

function describeVpcs({ region, account }: Call, request: DescribeVpcsRequest): DescribeVpcsResult {
  const vpcs = new Map([[region.vpcId, { id: region.vpcId, sequence: 1 }]]);
  const matches = toPredicate<{ id: string }>(
    request.Filters,
    { 'vpc-id': ({ id }) => [id], 'owner-id': () => [account], 'is-default': () => [true], isDefault: () => [true] },
    ({ id }) => tagsOf(region, id),
  );
  const page = toPage('DescribeVpcs', request, pick(vpcs, 'vpc', request.VpcIds).filter(matches));
  return {
    NextToken: page.NextToken,
    Vpcs: page.items.map(({ id }) => ({
      VpcId: id,
      CidrBlock: '172.31.0.0/16',
      IsDefault: true,
      State: 'available',
      OwnerId: account,
      InstanceTenancy: 'default',
      Tags: toTagList(region, id),
    })),
  };
}

function describeSubnets({ region, account }: Call, request: DescribeSubnetsRequest): DescribeSubnetsResult {
  const matches = toPredicate<Subnet>(
    request.Filters,
    {
      'subnet-id': ({ id }) => [id],
      'vpc-id': ({ vpcId }) => [vpcId],
      'availability-zone': ({ zone }) => [zone],
      'owner-id': () => [account],
      'default-for-az': () => [true],
    },
    ({ id }) => tagsOf(region, id),
  );
  const page = toPage('DescribeSubnets', request, pick(region.subnets, 'subnet', request.SubnetIds).filter(matches));
  return {
    NextToken: page.NextToken,
    Subnets: page.items.map((subnet) => ({
      SubnetId: subnet.id,
      VpcId: subnet.vpcId,
      AvailabilityZone: subnet.zone,
      CidrBlock: subnet.cidr,
      DefaultForAz: true,
      Ipv6Native: false,
      State: 'available',
      OwnerId: account,
      Tags: toTagList(region, subnet.id),
    })),
  };
}

const REGIONS = ['us-east-1', 'us-east-2', 'us-west-2', 'eu-central-1', 'eu-west-1', 'ap-southeast-2'];

const describeRegions = ({ region }: Call): DescribeRegionsResult => ({
  Regions: [...new Set([...REGIONS, region.name])].map((RegionName) => ({
    RegionName,
    Endpoint: `ec2.${RegionName}.amazonaws.com`,
    OptInStatus: 'opt-in-not-required',
  })),
});

const describeZones = ({ region }: Call): DescribeAvailabilityZonesResult => ({
  AvailabilityZones: [...region.subnets.values()].map(({ zone }, index) => ({
    ZoneName: zone,
    ZoneId: `${region.name.replace(/(\w)\w*/g, '$1')}-az${index + 1}`,
    RegionName: region.name,
    State: 'available',
    ZoneType: 'availability-zone',
  })),
});

/** A few common types are known by themselves; any other that is asked for or launched is known too. */
const COMMON_TYPES = ['t2.micro', 't3.micro', 'm5.large', 'c5.large', 'r5.large', 'm6i.large', 'm7g.large'];

function describeInstanceTypes({ region }: Call, request: DescribeInstanceTypesRequest): DescribeInstanceTypesResult {
  const launched = [...region.instances.values()].map(({ type }) => type);
  const asked: readonly string[] = request.InstanceTypes ?? [...COMMON_TYPES, ...launched];
  const types = [...new Set(asked)].map((type, index) => ({ type, sequence: index + 1 }));
  const matches = toPredicate<{ type: string }>(
    request.Filters,
    {
      'instance-type': ({ type }) => [type],
      hypervisor: ({ type }) => [hypervisorOf(type)],
      'bare-metal': ({ type }) => [type.includes('.metal')],
    },
    null,
  );
  const page = toPage('DescribeInstanceTypes', request, types.filter(matches), { ...PAGE_BOUNDS, most: 100 });
  return {
    NextToken: page.NextToken,
    InstanceTypes: page.items.map(({ type }) => ({
      InstanceType: type as _InstanceType,
      CurrentGeneration: hypervisorOf(type) === 'nitro',
      BareMetal: type.includes('.metal'),
      Hypervisor: type.includes('.metal') ? undefined : hypervisorOf(type),
    })),
  };
}

export const placeActions = {
  DescribeVpcs: describeVpcs,
  DescribeSubnets: describeSubnets,
  DescribeRegions: describeRegions,
  DescribeAvailabilityZones: describeZones,
  DescribeInstanceTypes: describeInstanceTypes,
} satisfies Record<string, Action>;
