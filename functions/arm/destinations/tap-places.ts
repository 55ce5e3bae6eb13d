import type { AzureDestination } from '../../../shared/config/config.ts';
import type { AccountId, EndpointId, TargetId } from '../../../shared/words.ts';
import { findResource } from '../resource-id.ts';

type Entry = AzureDestination['entry'];

/** Where VTAPs are read with one call: one by its id, or all of a subscription. */
export interface Place {
  readonly key: string;
  readonly subscription: AccountId;
  /** The VTAPs in it that destinations name. */
  readonly ids: readonly TargetId[];
  /** The endpoints in it, whose VTAPs are only found by looking at all of them. */
  readonly endpoints: readonly EndpointId[];
  /** Endpoints of other subscriptions, which a VTAP in this one may stand in front of. */
  readonly guests: readonly EndpointId[];
}

/**
 * A destination that is a VTAP is read where it is, in whatever subscription. Of a load balancer's frontend or a collector's IP
 * configuration nothing says where its VTAP is: it is looked for in the endpoint's own subscription and in the one whose
 * sources are mirrored (`beside`), and in no others, since that would cost a list of each at every event.
 */
export function toPlaces(entries: readonly Entry[], beside: AccountId): readonly Place[] {
  const taps = entries.filter((entry) => entry.kind === 'virtualNetworkTap');
  const endpoints = entries.filter((entry) => entry.kind !== 'virtualNetworkTap');
  const named = entries.flatMap(({ id }) => findSubscription(id) ?? []);
  const subscriptions = new Set(endpoints.length === 0 ? named : [...named, beside]);
  return [...subscriptions].map((subscription) => {
    const isHere = ({ id }: Entry): boolean => findSubscription(id) === subscription;
    const place = {
      subscription,
      ids: idsOf(taps.filter(isHere)),
      endpoints: idsOf(endpoints.filter(isHere)),
      guests: subscription === beside ? idsOf(endpoints.filter((entry) => !isHere(entry))) : [],
    };
    return { ...place, key: JSON.stringify(place) };
  });
}

const findSubscription = (id: string): AccountId | null => findResource(id)?.subscription ?? null;

const idsOf = <Id extends string>(entries: readonly { readonly id: Id }[]): readonly Id[] =>
  [...new Set(entries.map(({ id }) => id))].sort();
