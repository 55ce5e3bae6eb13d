import { Fault } from '../shared/fault.ts';
import { parseAttachmentId } from '../shared/ids.ts';
import { toMarkName, toMarkTags } from '../shared/mark.ts';
import type { Attachment, AttachmentId, Owner, Scope } from '../shared/words.ts';
import { toShellCommand } from './shell.ts';

/** The attachment as it is once it is handed over: a TAP configuration is ours by its name, and is made anew. */
export const toHandedOver = (attachment: Attachment, { cloud }: Scope, owner: Owner): Attachment => ({
  ...attachment,
  id: cloud === 'aws' ? attachment.id : toOurName(attachment, owner),
  mark: { owner, version: 'v1' },
});

const toOurName = ({ source }: Attachment, owner: Owner): AttachmentId =>
  parseAttachmentId(`${source}/tapConfigurations/${toMarkName(owner)}`);

/**
 * Commands that hand attachments over, in the order that is given.
 * @throws Fault `config-invalid` for ids that the cloud never gives: a command is made to be run, and a snapshot is only a file.
 */
export const toCommands = (scope: Scope, attachments: readonly Attachment[], owner: Owner): readonly string[] =>
  scope.cloud === 'aws'
    ? toTagCommands(
        scope.region,
        attachments.map(({ id }) => id),
        owner,
      )
    : attachments.map((attachment) => toRemakeCommand(attachment, owner));

/** ResourceId.N: up to 1000 (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTags.html). */
const RESOURCES_PER_CALL = 1000;

function toTagCommands(region: string, ids: readonly AttachmentId[], owner: Owner): readonly string[] {
  const strange = ids.find((id) => !/^tms-\w+$/.test(id)) ?? (/^[a-z0-9-]+$/.test(region) ? undefined : region);
  if (strange !== undefined) throw strangeFault(strange, 'EC2');
  const tags = Object.entries(toMarkTags(owner)).map(([key, value]) => `Key=${key},Value=${value}`);
  return chunksOf(ids, RESOURCES_PER_CALL).map((some) =>
    toShellCommand(['aws', 'ec2', 'create-tags', '--region', region, '--resources', ...some, '--tags', ...tags]),
  );
}

/**
 * An interface takes one TAP configuration, so theirs goes before ours comes, and ours at once after it: between the two nothing
 * is mirrored. https://learn.microsoft.com/cli/azure/network/nic/vtap-config
 */
function toRemakeCommand({ id, settings }: Attachment, owner: Owner): string {
  const [, subscription, group, nic, name] = TAP_CONFIGURATION.exec(id) ?? [];
  if (subscription === undefined || group === undefined || nic === undefined || name === undefined) {
    throw strangeFault(id, 'Azure');
  }
  if (!TAP.test(settings.target)) throw strangeFault(settings.target, 'Azure');
  const where = ['--subscription', subscription, '--resource-group', group, '--nic-name', nic];
  const az = (verb: string, ...words: readonly string[]): string =>
    toShellCommand(['az', 'network', 'nic', 'vtap-config', verb, ...where, ...words]);
  const remove = az('delete', '--name', name, '--yes');
  return `${remove} && ${az('create', '--name', toMarkName(owner), '--vnet-tap', settings.target)}`;
}

/** A name starts with no dash, so that no command takes it for an option. */
const NAME = String.raw`[\p{L}\p{N}_(][\p{L}\p{N}_.()-]*`;
const GROUP = `/subscriptions/([0-9a-f-]{36})/resourcegroups/(${NAME})/providers/microsoft\\.network`;
const TAP_CONFIGURATION = new RegExp(`^${GROUP}/networkinterfaces/(${NAME})/tapconfigurations/(${NAME})$`, 'u');
const TAP = new RegExp(`^${GROUP}/virtualnetworktaps/(${NAME})$`, 'u');

const strangeFault = (id: string, cloud: string): Fault =>
  new Fault(
    'config-invalid',
    `writing the commands: ${JSON.stringify(id)} is no id that ${cloud} gives; take the snapshot again`,
  );

const chunksOf = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_none, at) => items.slice(at * size, (at + 1) * size));
