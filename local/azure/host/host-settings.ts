import { readFileSync } from 'node:fs';

/** What host.json says of queue triggers. */
export interface QueueSettings {
  readonly batchSize: number;
  readonly newBatchThreshold: number;
  readonly maxDequeueCount: number;
  /** How long a message that failed stays hidden. */
  readonly visibilityMs: number;
  readonly messageEncoding: 'base64' | 'none';
}

/** The host's defaults (https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue#hostjson-settings). */
const DEFAULTS: QueueSettings = {
  batchSize: 16,
  newBatchThreshold: 8,
  maxDequeueCount: 5,
  visibilityMs: 0,
  messageEncoding: 'base64',
};

/** `00:01:30`, with days before it and a fraction behind it where they are. */
function toMs(timeSpan: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = timeSpan.split(':').map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

interface HostJson {
  readonly extensions?: {
    readonly queues?: {
      readonly batchSize?: number;
      readonly newBatchThreshold?: number;
      readonly maxDequeueCount?: number;
      readonly visibilityTimeout?: string;
      readonly messageEncoding?: 'base64' | 'none';
    };
  };
}

/** The settings of queue triggers in the text of a host.json. */
export function parseQueueSettings(text: string): QueueSettings {
  const { visibilityTimeout, ...given } = (JSON.parse(text) as HostJson).extensions?.queues ?? {};
  const batchSize = given.batchSize ?? DEFAULTS.batchSize;
  return {
    batchSize,
    newBatchThreshold: given.newBatchThreshold ?? Math.floor(batchSize / 2),
    maxDequeueCount: given.maxDequeueCount ?? DEFAULTS.maxDequeueCount,
    visibilityMs: visibilityTimeout === undefined ? DEFAULTS.visibilityMs : toMs(visibilityTimeout),
    messageEncoding: given.messageEncoding ?? DEFAULTS.messageEncoding,
  };
}

/** The settings that the function app is deployed with. */
export const readQueueSettings = (): QueueSettings =>
  parseQueueSettings(readFileSync(new URL('../../../host.json', import.meta.url), 'utf8'));
