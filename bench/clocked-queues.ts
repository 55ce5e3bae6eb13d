import { createQueues } from '../functions/queues.ts';
import { FUNCTION_APP } from '../local/azure/host.ts';
import { credentialOf } from '../local/azure/identities.ts';
import type { WorkQueues } from '../shared/ports.ts';

/** Storage queues whose delays pass on another clock than the machine's: what is sent for later waits here, and is sent then. */
export interface ClockedQueues extends WorkQueues {
  /** How many messages still wait to be sent. */
  waiting(): number;
}

export function clockedQueues(connectionString: string, sleep: (ms: number) => Promise<void>): ClockedQueues {
  const queues = createQueues({ AzureWebJobsStorage: connectionString }, credentialOf(FUNCTION_APP));
  let waiting = 0;
  return {
    waiting: () => waiting,
    async send(lane, work, delaySeconds) {
      if (delaySeconds === 0) return queues.send(lane, work, 0);
      waiting += 1;
      void sleep(delaySeconds * 1000)
        .then(() => queues.send(lane, work, 0))
        .finally(() => void (waiting -= 1));
    },
  };
}
