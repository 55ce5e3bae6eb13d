import { readFileSync } from 'node:fs';
import type { Answer } from '../../../functions/arm/traffic/wire.ts';
import { findAt, findJson, findRecord, findTextAt, listAt } from '../../../functions/json.ts';

/** A recorded exchange of the payloads. */
export const recorded = (name: string): unknown =>
  findJson(readFileSync(new URL(`../../payloads/azure/arm-${name}.json`, import.meta.url), 'utf8'));

export const bodyOf = (name: string, ...path: readonly string[]): unknown => findAt(recorded(name), ...path, 'body');

/** The answer at a place of a recorded exchange, as the pipeline hands it over. */
export function toAnswer(response: unknown): Answer {
  const headers = Object.entries(findRecord(findAt(response, 'headers')) ?? {});
  return {
    status: Number(findAt(response, 'status')),
    headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), String(value)])),
    body: findAt(response, 'body'),
  };
}

export const pollsOf = (name: string): readonly Answer[] => listAt(recorded(name), 'poll').map(toAnswer);
export const operationAddressOf = (name: string): string =>
  findTextAt(recorded(name), 'response', 'headers', 'azure-asyncoperation') ?? '';
