import type { Endpoint } from './endpoint.ts';
import type { RegionState } from './region.ts';

/** What Resource Access Manager does to mirror targets; it is no action of EC2. */
interface Shares {
  readonly share: (targetId: string, account: string) => void;
  readonly unshare: (targetId: string, account: string) => void;
}

/** Both throw an Error when there is no such target or account. */
export function createShares(ec2: Endpoint, accounts: readonly string[]): Shares {
  const homeOf = (targetId: string, account: string): RegionState => {
    const home = [...ec2.regions()].find(({ targets }) => targets.has(targetId));
    if (home === undefined) throw new Error(`sharing ${targetId} with ${account}: there is no such target`);
    if (!accounts.includes(account)) throw new Error(`sharing ${targetId} with ${account}: there is no such account`);
    return home;
  };
  return {
    share(targetId, account) {
      const { shares } = homeOf(targetId, account);
      shares.set(targetId, new Set([...(shares.get(targetId) ?? []), account]));
    },
    unshare: (targetId, account) => void homeOf(targetId, account).shares.get(targetId)?.delete(account),
  };
}
