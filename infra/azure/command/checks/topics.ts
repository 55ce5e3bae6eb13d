import * as v from 'valibot';
import { fail, type Finding, ok } from '../../../command/finding.ts';
import { isSameId, nameOf } from '../parameters.ts';
import { type Sight, unknown } from './az.ts';

const Topics = v.array(v.object({ name: v.string(), resourceGroup: v.string(), topicType: v.string() }));

/** The topic that tells what is written in a subscription, of which there can be one (https://learn.microsoft.com/azure/event-grid/system-topics). */
const TYPE = 'Microsoft.Resources.Subscriptions';

/** Whether every subscription that is kept can have our system topic, or has one that the parameters name. */
export async function checkTopics(sight: Sight): Promise<readonly Finding[]> {
  return Promise.all(sight.parameters.subscriptions.map((id) => checkOne(sight, id)));
}

async function checkOne({ az, parameters }: Sight, id: string): Promise<Finding> {
  const asked = await az(Topics, 'eventgrid', 'system-topic', 'list', '--subscription', id);
  if (asked.kind === 'refused') return unknown(`the system topics of ${id}`, asked.said);
  const there = asked.value.find(({ topicType }) => isSameId(topicType, TYPE));
  if (there === undefined) return ok(`${id} has no system topic yet; one is made`);
  const name = nameOf(parameters.owner);
  const isThere = (group: string, topic: string): boolean =>
    isSameId(there.resourceGroup, group) && isSameId(there.name, topic);
  const named = parameters.systemTopics.find(({ subscription }) => isSameId(subscription, id));
  const isOurs = named === undefined ? isThere(`${name}-events`, name) : isThere(named.resourceGroup, named.name);
  if (isOurs) return ok(`the system topic of ${id}: ${there.name}`);
  const entry = `{ subscription: '${id}', resourceGroup: '${there.resourceGroup}', name: '${there.name}' }`;
  return fail(
    `the subscription ${id} has a system topic already, and can have one only`,
    `give it an identity (az eventgrid system-topic update --subscription ${id} --resource-group ${there.resourceGroup} --name ${there.name} --identity systemassigned), and put ${entry} into \`systemTopics\``,
  );
}
