import { QUEUES, type Storage } from '../../../local/azure/storage.ts';
import type { Dice } from '../dice.ts';
import type { RigCloud } from './rig.ts';

/** What becomes of events on their way: shares of all of them, from 0 to 1. */
export interface Disturbance {
  readonly dice: Dice;
  readonly lostShare: number;
  readonly doubledShare: number;
  readonly delayedShare: number;
  readonly longestDelayMs: number;
}

/** The way of the cloud's events to the storage of a deployment. What is delayed comes out of order. */
export interface Post {
  /** `null`: every event comes, once and at once. */
  disturb(disturbance: Disturbance | null): void;
  /** How many events are on their way, also those that are delayed. */
  onTheWay(): Promise<number>;
  /** Events that were lost so far. */
  lost(): number;
}

const BATCH = 32;
const POLL_MS = 5;

/** Carries events from the cloud's queue to that of another storage, by the cloud's clock. */
export function startPost(cloud: RigCloud, { queue }: Pick<Storage, 'queue'>): Post & { stop(): Promise<void> } {
  const [from, to] = [cloud.queues.queue(QUEUES.events), queue(QUEUES.events)];
  let disturbance: Disturbance | null = null;
  let carried = 0;
  let lost = 0;
  let isStopped = false;

  async function deliver(text: string): Promise<void> {
    await to.sendMessage(text);
    carried -= 1;
  }

  function carry(text: string): void {
    if (disturbance === null) return void deliver(text);
    const { dice, lostShare, doubledShare, delayedShare, longestDelayMs } = disturbance;
    const [fate, copies, delay, length] = [dice.next(), dice.next(), dice.next(), dice.next()];
    if (fate < lostShare) {
      carried -= 1;
      lost += 1;
      return;
    }
    const isDoubled = copies < doubledShare;
    if (isDoubled) carried += 1;
    const delayMs = delay < delayedShare ? length * longestDelayMs : 0;
    cloud.clock.after(delayMs, () => void deliver(text));
    if (isDoubled) cloud.clock.after(delayMs * 2, () => void deliver(text));
  }

  const isRunning = (): boolean => !isStopped;

  async function run(): Promise<void> {
    while (isRunning()) {
      const { receivedMessageItems } = await from.receiveMessages({ numberOfMessages: BATCH, visibilityTimeout: 600 });
      for (const { messageId, popReceipt, messageText } of receivedMessageItems) {
        carried += 1;
        await from.deleteMessage(messageId, popReceipt);
        carry(messageText);
      }
      if (receivedMessageItems.length === 0) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  const running = run();
  return {
    disturb: (next) => void (disturbance = next),
    lost: () => lost,
    async onTheWay() {
      const { approximateMessagesCount = 0 } = await from.getProperties();
      return approximateMessagesCount + carried;
    },
    async stop() {
      isStopped = true;
      await running;
    },
  };
}
