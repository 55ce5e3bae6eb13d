import * as v from 'valibot';
import { toFault } from '../../../../shared/fault.ts';
import { OWNER_TAG } from '../../../../shared/mark.ts';
import { fail, type Finding, ok, warn } from '../../../command/finding.ts';
import { findDropped } from '../deployed.ts';
import { type Sight, unknown } from './aws-cli.ts';

const Sessions = v.object({ TrafficMirrorSessions: v.array(v.object({ TrafficMirrorSessionId: v.string() })) });

/** Whether anything of ours would be left where what is deployed keeps more than the settings do: nobody would take it away. */
export async function checkKept(sight: Sight): Promise<readonly Finding[]> {
  try {
    return await Promise.all((await findDropped(sight)).map((key) => checkOne(sight, key)));
  } catch (thrown) {
    return [unknown('what is kept by what is deployed', toFault(thrown, 'looking at the functions').message)];
  }
}

async function checkOne({ aws, settings }: Sight, key: string): Promise<Finding> {
  const dropped = `${key} is kept by what is deployed, and not in the settings any more`;
  const remedy = `keep it, pause (npm run pause:aws), and take them away first: TAPKEEPER_MODE=paused npm run -s tapkeeper -- drain --scope ${key}`;
  const [account = '', region = ''] = key.split(':');
  if (account !== settings.account) return warn(`${dropped}; sessions may be there`, `if there are any, ${remedy}`);
  const owners = [settings.owner, ...settings.formerOwners].join(',');
  const filter = `Name=tag:${OWNER_TAG},Values=${owners}`;
  const asked = await aws(Sessions, ['ec2', 'describe-traffic-mirror-sessions', '--filters', filter], region);
  if (asked.kind === 'refused') return unknown(`the sessions of ${key}`, asked.said);
  const count = asked.value.TrafficMirrorSessions.length;
  return count === 0
    ? ok(`${dropped}; nothing of ours is there`)
    : fail(`${dropped}; ${count} sessions of ours would be left there`, remedy);
}
