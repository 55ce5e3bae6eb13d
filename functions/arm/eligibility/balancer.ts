import { normaliseArmId } from '../../../shared/ids.ts';
import { findAt, findTextAt, listAt } from '../../json.ts';
import { BALANCER_TYPE, findResource } from '../resource-id.ts';

/** What of a load balancer tells whether the interfaces behind it can be mirrored; ids are lower-cased. */
export interface Balancer {
  readonly id: string;
  readonly isBasic: boolean;
  /** The rule with a floating IP, by the backend pool or inbound NAT rule that it sends to or is. */
  readonly floating: ReadonlyMap<string, string>;
  /** The backend pools that the rules of a frontend send to, by frontend. */
  readonly behind: ReadonlyMap<string, ReadonlySet<string>>;
}

/** The load balancer in a body, or `null` when it is none. */
export function findBalancer(body: unknown): Balancer | null {
  const resource = findResource(findTextAt(body, 'id') ?? '');
  if (resource?.type !== BALANCER_TYPE) return null;
  const rules = [...listAt(body, 'properties', 'loadBalancingRules'), ...listAt(body, 'properties', 'inboundNatRules')];
  return {
    id: resource.id,
    isBasic: findTextAt(body, 'sku', 'name')?.toLowerCase() === 'basic',
    floating: new Map(rules.filter(isFloating).flatMap((rule) => reachedBy(rule).map((id) => [id, nameOf(rule)]))),
    behind: toBehind(rules),
  };
}

const isFloating = (rule: unknown): boolean => findAt(rule, 'properties', 'enableFloatingIP') === true;

const nameOf = (rule: unknown): string => findTextAt(rule, 'name') ?? findTextAt(rule, 'id') ?? 'without a name';

/** The pools of a rule, and the rule itself: interfaces name the inbound NAT rules that send to them. */
const reachedBy = (rule: unknown): readonly string[] => [...poolsOf(rule), ...idOf(rule)];

const poolsOf = (rule: unknown): readonly string[] => [
  ...idOf(findAt(rule, 'properties', 'backendAddressPool')),
  ...listAt(rule, 'properties', 'backendAddressPools').flatMap(idOf),
];

function idOf(reference: unknown): readonly string[] {
  const id = findTextAt(reference, 'id');
  return id === null ? [] : [normaliseArmId(id)];
}

function toBehind(rules: readonly unknown[]): Balancer['behind'] {
  const behind = new Map<string, Set<string>>();
  for (const rule of rules) {
    for (const frontend of idOf(findAt(rule, 'properties', 'frontendIPConfiguration'))) {
      const pools = behind.get(frontend) ?? new Set();
      for (const pool of poolsOf(rule)) pools.add(pool);
      behind.set(frontend, pools);
    }
  }
  return behind;
}
