import { expect, test } from 'vitest';
import { findTap } from '../../../../functions/arm/destinations/tap.ts';
import { bodyOf } from '../recorded.ts';

const NETWORK = '/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/rg/providers/microsoft.network';

test('a VTAP in front of a load balancer, whose destination the SDK does not find', () => {
  const tap = findTap(bodyOf('vtap-get-lb-destination', 'response'));
  expect(tap?.target).toMatchObject({
    id: `${NETWORK}/virtualnetworktaps/tap2`,
    region: 'eastus2',
    reaches: `${NETWORK}/loadbalancers/lb/frontendipconfigurations/loadbalancerfrontend`,
    unhealthy: null,
    load: 0,
  });
});

test("the state is read without regard to case, and as the specification's examples misspell it", () => {
  const tap = (provisioningState: string) =>
    findTap({ id: `${NETWORK}/virtualNetworkTaps/t`, properties: { provisioningState } })?.target.unhealthy;
  expect(tap('Updating')).toContain('Updating');
  expect(tap('Succeded')).toContain('no destination');
});

test('bodies of other types are none', () => {
  for (const body of [null, 'x', {}, { id: 7 }, { id: `${NETWORK}/networkInterfaces/nic` }])
    expect(findTap(body)).toBeNull();
});
