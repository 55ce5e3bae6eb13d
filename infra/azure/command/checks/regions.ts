import * as v from 'valibot';
import { fail, type Finding, ok } from '../../../command/finding.ts';
import { toRegion, type Sight, unknown } from './az.ts';

const Names = v.nullable(v.array(v.string()));
const Tap = v.object({ location: v.string() });

/** Whether the app can be hosted in the region. */
export async function checkFlex({ az, parameters }: Sight): Promise<Finding> {
  const asked = await az(Names, 'functionapp', 'list-flexconsumption-locations', '--query', '[].name');
  if (asked.kind === 'refused') return unknown('Flex Consumption', asked.said);
  const regions = (asked.value ?? []).map(toRegion).sort();
  if (regions.includes(toRegion(parameters.location))) return ok(`Flex Consumption is in ${parameters.location}`);
  return fail(
    `Flex Consumption is not in ${parameters.location}`,
    `choose another \`location\`: ${regions.join(', ')}`,
  );
}

/**
 * Whether there is anything to mirror to. A VTAP serves interfaces of its region only, so a region without VTAPs is deployed to only
 * for the sake of VTAPs that are elsewhere and can be named.
 */
export async function checkTaps(sight: Sight): Promise<readonly Finding[]> {
  const { az, home, parameters } = sight;
  const found = await findTaps(sight);
  if (found.findings.length > 0) return found.findings;
  const query = "resourceTypes[?resourceType=='virtualNetworkTaps'].locations | [0]";
  const show = ['provider', 'show', '--namespace', 'Microsoft.Network', '--subscription', home, '--query', query];
  const asked = await az(Names, ...show);
  if (asked.kind === 'refused') return [unknown('the regions of VTAPs', asked.said)];
  const regions = (asked.value ?? []).map(toRegion).sort();
  if (regions.includes(toRegion(parameters.location)))
    return [ok(`virtual network TAPs are in ${parameters.location}`)];
  if (found.regions.length > 0) return [ok(`VTAPs in ${found.regions.join(', ')}; the app in ${parameters.location}`)];
  return [
    fail(
      `there are no virtual network TAPs in ${parameters.location}, and the parameters name none elsewhere`,
      `choose another \`location\`, or name VTAPs in \`taps\` or \`tapSubscriptions\`; regions with VTAPs: ${regions.join(', ') || 'none'}`,
    ),
  ];
}

interface Found {
  readonly regions: readonly string[];
  readonly findings: readonly Finding[];
}

/** Where the VTAPs are that the parameters name, and which are not there. */
async function findTaps({ az, parameters }: Sight): Promise<Found> {
  const findings: Finding[] = [];
  const regions = new Set<string>();
  for (const id of parameters.taps) {
    const asked = await az(Tap, 'resource', 'show', '--ids', id);
    if (asked.kind === 'answered') regions.add(toRegion(asked.value.location));
    else if (/NotFound/.test(asked.code))
      findings.push(fail(`the VTAP ${id} is not there`, 'create it, or correct `taps`'));
    else findings.push(unknown(`the VTAP ${id}`, asked.said));
  }
  for (const id of parameters.tapSubscriptions) {
    const type = 'Microsoft.Network/virtualNetworkTaps';
    const asked = await az(v.array(Tap), 'resource', 'list', '--subscription', id, '--resource-type', type);
    if (asked.kind === 'refused') findings.push(unknown(`the VTAPs of ${id}`, asked.said));
    else for (const { location } of asked.value) regions.add(toRegion(location));
  }
  return { regions: [...regions].sort(), findings };
}
