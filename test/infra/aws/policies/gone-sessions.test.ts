import { DeleteTrafficMirrorSessionCommand } from '@aws-sdk/client-ec2';
import { beforeEach, describe, expect, test } from 'vitest';
import { apply } from '../../../../lambdas/ec2/write/apply.ts';
import {
  parseAccountId,
  parseAttachmentId,
  parseDestinationName,
  parseFilterId,
  parseMachineId,
  parseRegion,
  parseSourceId,
  parseTargetId,
} from '../../../../shared/ids.ts';
import type { Detach, Modify } from '../../../../shared/plan/change.ts';
import type { Outcome } from '../../../../shared/ports.ts';
import type { Owner } from '../../../../shared/words.ts';
import { launch, refusalOf } from '../../../local/aws/rig.ts';
import { createSession, markOf, OURS, sessionsOf, startHeld, type Held } from './roles-rig.ts';

let held: Held;
let source: string;
let machine: string;

beforeEach(async () => {
  held = await startHeld([OURS]);
  const { id, interfaces } = await launch(held.cloud, held.person);
  machine = id;
  source = interfaces[0] ?? '';
});

const write = (change: Detach | Modify): Promise<Outcome> => {
  const scope = { cloud: 'aws', account: parseAccountId(OURS), region: parseRegion('us-east-1') } as const;
  return apply({ client: held.writer, scope, newToken: () => 'token' }, change, 'soc' as Owner);
};

/** What is to be done to a session, as it was read. */
function changes(session: string): readonly [Detach, Modify] {
  const { targetId, filterId } = held.sensor;
  const about = {
    source: parseSourceId(source),
    machine: parseMachineId(machine),
    attachment: parseAttachmentId(session),
    from: {
      target: parseTargetId(targetId),
      filter: parseFilterId(filterId),
      number: 50,
      packetLength: null,
      virtualNetworkId: null,
    },
  };
  return [
    { kind: 'detach', because: 'unwished', ...about },
    {
      kind: 'modify',
      destination: parseDestinationName('sensor'),
      rules: [],
      to: { ...about.from, number: 60 },
      ...about,
    },
  ];
}

describe('a session of ours that somebody deleted a moment ago', () => {
  let session: string;
  beforeEach(async () => {
    session = await createSession(held.writer, source, held, markOf('soc'));
    await held.person.send(new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId: session }));
  });

  test('is denied by the policy, since it has no tags any more', async () => {
    const one = { TrafficMirrorSessionId: session };
    expect(await refusalOf(held.writer.send(new DeleteTrafficMirrorSessionCommand(one)))).toBe('UnauthorizedOperation');
  });

  test('is gone, and no missing permission', async () => {
    const [detach, modify] = changes(session);
    expect(await write(detach)).toMatchObject({ kind: 'gone', detail: expect.stringContaining('NotFound') as string });
    expect(await write(modify)).toMatchObject({ kind: 'conflict' });
  });
});

test("somebody else's session that is there is a missing permission", async () => {
  const session = await createSession(held.person, source, held, markOf('another'));
  for (const change of changes(session)) {
    expect(await write(change)).toMatchObject({ kind: 'failed', code: 'denied' });
  }
  expect(sessionsOf(held)).toHaveLength(1);
});
