import type { QueueClient } from '@azure/storage-queue';
import type { InvocationResponse, RegisteredFunction, TypedData } from './functions-core.ts';

const toText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** An array is several messages. */
function toMessages({ json, string }: TypedData): readonly string[] {
  if (json === undefined) return string === undefined ? [] : [string];
  const value: unknown = JSON.parse(json);
  return (Array.isArray(value) ? value : [value]).map(toText);
}

/** Sends what a function left in its queue output bindings, in base64 as the host does. */
export async function sendOutputs(
  { metadata }: RegisteredFunction,
  { outputData, returnValue }: InvocationResponse,
  queueOf: (name: string) => QueueClient,
): Promise<void> {
  const outputs = [...outputData, ...(returnValue ? [{ name: '$return', data: returnValue }] : [])];
  for (const { name, data } of outputs) {
    const binding = metadata.bindings[name];
    if (binding?.type !== 'queue' || binding.direction !== 'out') continue;
    const queue = queueOf(binding.queueName ?? '');
    await queue.createIfNotExists();
    for (const message of toMessages(data)) await queue.sendMessage(Buffer.from(message).toString('base64'));
  }
}
