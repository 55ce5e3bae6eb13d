import type { AzureDestination } from '../config/config.ts';
import type { Region } from '../words.ts';

/**
 * The command that creates the VTAP which a destination lacks in a region, in the resource group of what it sends to. Names may
 * be changed at will. `--destination` takes both kinds of IP configuration
 * (https://github.com/Azure/azure-cli-extensions/tree/main/src/virtual-network-tap), and tells them by a type that it compares
 * with case, which ids here have lost.
 */
export function createTapCommand({ name, entry }: AzureDestination, region: Region): string {
  const [, , subscription = 'SUBSCRIPTION', , group = 'GROUP', , , , owner = 'NAME', , part = 'NAME'] =
    entry.id.split('/');
  const types =
    entry.kind === 'loadBalancerFrontend'
      ? (['loadBalancers', 'frontendIPConfigurations'] as const)
      : (['networkInterfaces', 'ipConfigurations'] as const);
  const place = `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Network`;
  const destination = `${place}/${types[0]}/${owner}/${types[1]}/${part}`;
  return [
    'az network vnet tap create',
    `--subscription ${subscription}`,
    `--resource-group ${quote(group)}`,
    `--name ${name}-${region}`,
    `--location ${region}`,
    `--destination ${quote(destination)}`,
  ].join(' ');
}

/** Names may have parentheses, which mean something to a shell. */
const quote = (text: string): string => (/^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
