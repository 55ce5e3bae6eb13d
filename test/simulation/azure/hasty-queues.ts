import { createQueues } from '../../../functions/queues.ts';
import type { WorkQueues } from '../../../shared/ports.ts';
import { FUNCTION_APP } from '../../../local/azure/host.ts';
import { credentialOf } from '../../../local/azure/identities.ts';
import type { HastyClock } from './hasty-clock.ts';

/** Storage queues whose delays pass on a hasty clock: what is sent for later waits here, and is sent then. */
export interface HastyQueues extends WorkQueues {
  /** How many messages still wait to be sent. */
  waiting(): number;
}

export function hastyQueues(connectionString: string, clock: HastyClock, failed: (why: unknown) => void): HastyQueues {
  const queues = createQueues({ AzureWebJobsStorage: connectionString }, credentialOf(FUNCTION_APP));
  let waiting = 0;
  return {
    waiting: () => waiting,
    async send(lane, work, delaySeconds) {
      if (delaySeconds === 0) return queues.send(lane, work, 0);
      waiting += 1;
      clock.after(delaySeconds * 1000, () => {
        queues
          .send(lane, work, 0)
          .catch(failed)
          .finally(() => void (waiting -= 1));
      });
    },
  };
}
