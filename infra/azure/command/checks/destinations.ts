import * as v from 'valibot';
import type { AzureDestination } from '../../../../shared/config/config.ts';
import { type Finding, ok, warn } from '../../../command/finding.ts';
import { isSameId } from '../parameters.ts';
import type { Sight } from './az.ts';

const Tap = v.object({ location: v.string() });

/**
 * Whether the app will be let join what the rules name, and whether it is there. Rules may be shared with another deployment, so
 * nothing of this stops one: what cannot be joined is refused and told of, one by one.
 */
export async function checkDestinations(
  sight: Sight,
  destinations: readonly AzureDestination[],
): Promise<readonly Finding[]> {
  const found = await Promise.all(destinations.map((one) => checkOne(sight, one)));
  const wrong = found.flat();
  return destinations.length > 0 && wrong.length === 0 ? [ok('what the rules mirror to may be joined')] : wrong;
}

async function checkOne({ az, parameters }: Sight, { name, entry }: AzureDestination): Promise<readonly Finding[]> {
  const { taps, tapSubscriptions } = parameters;
  if (entry.kind !== 'virtualNetworkTap') {
    if (taps.length + tapSubscriptions.length > 0) return [];
    const what = `destination ${name}: no VTAP may be joined, so none that is in front of it`;
    return [warn(what, 'name its subscription in `tapSubscriptions`')];
  }
  // Those in `taps` are looked at with the regions.
  if (taps.some((id) => isSameId(id, entry.id))) return [];
  const subscription = entry.id.split('/')[2] ?? '';
  if (!tapSubscriptions.some((id) => isSameId(id, subscription))) {
    const what = `destination ${name}: the VTAP ${entry.id} may not be joined`;
    return [warn(what, 'put it into `taps`, or its subscription into `tapSubscriptions`')];
  }
  const asked = await az(Tap, 'resource', 'show', '--ids', entry.id);
  if (asked.kind === 'answered') return [];
  const remedy = 'create it, or correct the rules; until then what is wished there is held';
  return [warn(`destination ${name}: the VTAP ${entry.id} could not be looked at: ${asked.said}`, remedy)];
}
