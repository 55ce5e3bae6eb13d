import { setTimeout as wait } from 'node:timers/promises';
import { TENANT_ID, toToken } from '../azure/identities.ts';

/** Calls Resource Manager as a person does, by path. Returns the answer's JSON. @throws Error with the code and the words of a refusal. */
export type ArmCaller = (
  method: 'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE',
  path: string,
  body: object | null,
) => Promise<unknown>;

const API_VERSIONS: readonly (readonly [RegExp, string])[] = [
  [/\/providers\/microsoft\.resources\/tags\//i, '2021-04-01'],
  [/\/providers\/microsoft\.compute\//i, '2024-11-01'],
  [/\/providers\/microsoft\.network\//i, '2025-05-01'],
];

/** Calls whose token names `name`. */
export function armCaller(endpoint: string, name: string): ArmCaller {
  const token = toToken({
    appId: '44444444-4444-4444-8444-444444444441',
    objectId: '44444444-4444-4444-8444-444444444442',
    tenantId: TENANT_ID,
    name,
  });
  return async (method, path, body) => {
    const version = API_VERSIONS.find(([pattern]) => pattern.test(path))?.[1] ?? '2021-04-01';
    const request = {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === null ? {} : { body: JSON.stringify(body) }),
    };
    for (let patience = TRIES; ; patience -= 1) {
      const response = await fetch(`${endpoint}${path}?api-version=${version}`, request);
      const text = await response.text();
      if (response.ok) return text === '' ? null : (JSON.parse(text) as unknown);
      if (response.status !== 409 || patience === 1) {
        throw new Error(`${method} ${path.split('/').slice(-2).join('/')}: ${sayRefusal(text) ?? response.status}`);
      }
      await wait(BETWEEN_TRIES_MS);
    }
  };
}

/** While another operation is going on a person waits a moment, and tries again. */
const TRIES = 20;
const BETWEEN_TRIES_MS = 100;

function sayRefusal(text: string): string | null {
  const { code, message } = (JSON.parse(text) as { error?: { code?: string; message?: string } }).error ?? {};
  return code === undefined ? null : `${code}: ${message ?? ''}`;
}
