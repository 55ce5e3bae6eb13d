import { parseAttachmentId, parseEndpointId, parseRegion, parseTargetId } from '../../../shared/ids.ts';
import type { Target } from '../../../shared/words.ts';
import { findTextAt, listAt } from '../../json.ts';
import { isFailed, isSucceeded, stateOf } from '../read/convert.ts';
import { findResource, TAP_TYPE } from '../resource-id.ts';

/** A VTAP as a target, with the TAP configurations that it lists. */
export interface Tap {
  readonly target: Target;
  readonly lists: ReadonlySet<string>;
}

/**
 * The VTAP in a body, or `null` when it is none. The service writes `destinationLoadBalancerFrontendIPConfiguration`, its
 * specification `…FrontEndIP…`; the list of TAP configurations is left out when it is empty.
 */
export function findTap(body: unknown): Tap | null {
  const resource = findResource(findTextAt(body, 'id') ?? '');
  if (resource?.type !== TAP_TYPE) return null;
  const destination =
    findTextAt(body, 'properties', 'destinationLoadBalancerFrontEndIPConfiguration', 'id') ??
    findTextAt(body, 'properties', 'destinationNetworkInterfaceIPConfiguration', 'id');
  const listed = listAt(body, 'properties', 'networkInterfaceTapConfigurations');
  const lists = new Set(listed.flatMap((reference) => findTextAt(reference, 'id') ?? []).map(parseAttachmentId));
  const state = stateOf(body);
  const target: Target = {
    id: parseTargetId(resource.id),
    cloud: 'azure',
    region: parseRegion(findTextAt(body, 'location') ?? ''),
    zone: null,
    reaches: parseEndpointId(destination ?? ''),
    unhealthy: unhealthyOf(state, destination),
    isChanging: !isSucceeded(state) && !isFailed(state),
    unchecked: null,
    // The VTAP does not say: see taps.ts.
    capacity: null,
    load: lists.size,
  };
  return { target, lists };
}

function unhealthyOf(state: string | null, destination: string | null): string | null {
  if (isFailed(state)) return `the VTAP is ${state}, not Succeeded: put it right, or create it anew`;
  if (!isSucceeded(state)) return `the VTAP is ${state}, not Succeeded`;
  return destination === null ? 'the VTAP has no destination' : null;
}
