import { expect, test } from 'vitest';
import { createRegion } from '../../../local/aws/ec2/region.ts';
import { toVirtualNetworkId } from '../../../local/aws/ec2/session-rules.ts';

test('a network identifier is drawn that no session has', () => {
  const region = createRegion({
    name: 'us-east-1',
    account: '123456789012',
    random: () => 0,
    nextSequence: () => 0,
    lag: { delayMs: 0, nowMs: () => 0 },
  });
  for (const virtualNetworkId of [1, 2]) {
    region.sessions.set(`tms-${virtualNetworkId}`, {
      id: `tms-${virtualNetworkId}`,
      sequence: virtualNetworkId,
      owner: '123456789012',
      interfaceId: 'eni-0',
      targetId: 'tmt-0',
      filterId: 'tmf-0',
      number: virtualNetworkId,
      packetLength: null,
      virtualNetworkId,
      description: null,
    });
  }
  const call = { region, random: () => 0 };
  expect(toVirtualNetworkId(call, undefined)).toBe(3);
  expect(toVirtualNetworkId(call, 1)).toBe(1);
});
