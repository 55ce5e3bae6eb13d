import { expect, test } from 'vitest';
import { mayLift } from '../../functions/resync.ts';

const ON = { WEBSITE_AUTH_ENABLED: 'True' };
const principal = (type: string): string =>
  Buffer.from(JSON.stringify({ auth_typ: type, claims: [] })).toString('base64');
const SIGNED_IN = { 'x-ms-client-principal-id': 'id', 'x-ms-client-principal': principal('aad') };

test.each([
  ['an identity of Entra ID', ON, SIGNED_IN, 'yes'],
  ['a function key', ON, { 'x-functions-key': 'key' }, 'no'],
  ['nothing', ON, {}, 'no'],
  ['headers that a caller wrote, where App Service does not check them', {}, SIGNED_IN, 'no'],
  ['the same, where it is switched off', { WEBSITE_AUTH_ENABLED: 'False' }, SIGNED_IN, 'no'],
  ['another identity provider', ON, { ...SIGNED_IN, 'x-ms-client-principal': principal('github') }, 'no'],
  ['a principal without an id', ON, { 'x-ms-client-principal': principal('aad') }, 'no'],
  ['an unreadable principal', ON, { ...SIGNED_IN, 'x-ms-client-principal': '%%%' }, 'no'],
])('%s', (_, env, headers, expected) => {
  expect(mayLift(new Headers(headers), env)).toBe(expected);
});
