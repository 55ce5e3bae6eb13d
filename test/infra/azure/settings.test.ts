import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { TAP_CAPACITY } from '../../../functions/arm/destinations/taps.ts';
import { compose } from '../../../functions/compose.ts';
import { findTapCapacity, ownIdsOf, parseMode, parseSubscriptions } from '../../../functions/settings.ts';
import { findStorage, STORAGE_SETTING } from '../../../functions/storage.ts';
import { toData } from './bicep/files.ts';
import type { Value } from './bicep/deploy/functions.ts';
import { isNullable } from './bicep/type.ts';
import {
  CLIENT,
  deployMain,
  exampleParams,
  getWrite,
  HOME,
  mainTemplate,
  PRINCIPAL,
  propertiesOf,
  readSource,
  writesOf,
} from './deployed.ts';

const SUBSCRIPTIONS = ['11111111-2222-3333-4444-555555555555', '66666666-7777-8888-9999-000000000000'];
const RULES = 'https://rules.blob.core.windows.net/tapkeeper/tapkeeper.yaml';

/** Set by App Service: https://learn.microsoft.com/azure/app-service/reference-app-settings. */
const BY_PLATFORM = ['IDENTITY_ENDPOINT', 'IDENTITY_HEADER', 'WEBSITE_AUTH_ENABLED'];
/** A key, other addresses, and an end that host.json sets: none is for this deployment. */
const ELSEWHERE = ['AzureFunctionsJobHost__functionTimeout', 'AzureWebJobsStorage', 'TAPKEEPER_ARM_ENDPOINT'];
/** Read by the host: https://learn.microsoft.com/azure/azure-functions/functions-app-settings. */
const BY_HOST = [
  'APPLICATIONINSIGHTS_AUTHENTICATION_STRING',
  'APPLICATIONINSIGHTS_CONNECTION_STRING',
  'AzureWebJobsStorage__clientId',
  'AzureWebJobsStorage__credential',
];

/** The settings that the code reads, by its own text. */
function settingsRead(): readonly string[] {
  const folder = new URL('../../../functions/', import.meta.url);
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const texts = sources.map((file) => readFileSync(new URL(file, folder), 'utf8'));
  const named = texts.flatMap((text) => [...text.matchAll(/\benv(?:\[|, )'([A-Z]\w+)'/g)].map(([, name]) => name));
  // functions/storage.ts puts the names of its settings together.
  const ofStorage = [STORAGE_SETTING, `${STORAGE_SETTING}__accountName`];
  return [...new Set([...named.filter((name) => name !== undefined), ...ofStorage])].sort();
}

interface HostJson {
  readonly extensions: { readonly http: { readonly maxConcurrentRequests: number } };
}

const settingsOf = (given: Readonly<Record<string, Value>> = {}): Readonly<Record<string, string>> =>
  propertiesOf(getWrite(deployMain(given), 'Microsoft.Web/sites/config', '/appsettings')) as Record<string, string>;

describe('the app settings', () => {
  test('are those that the code and its host read, each of them', () => {
    const read = settingsRead().filter((name) => ![...BY_PLATFORM, ...ELSEWHERE].includes(name));
    expect(read).toContain('TAPKEEPER_SUBSCRIPTIONS');
    expect(Object.keys(settingsOf({ rules: RULES })).sort()).toEqual([...new Set([...read, ...BY_HOST])].sort());
  });

  test('that others set are read', () => {
    expect(settingsRead()).toEqual(expect.arrayContaining([...BY_PLATFORM, ...ELSEWHERE]));
  });

  test('mean what the parameters say', () => {
    const env = settingsOf({ mode: 'enforce', tapCapacity: 50, sweepSchedule: '0 0 * * * *' });
    expect(parseMode(env)).toBe('enforce');
    expect(parseSubscriptions(env)).toMatchObject(SUBSCRIPTIONS.map((account) => ({ account })));
    expect(findTapCapacity(env)).toBe(50);
    expect(ownIdsOf(env)).toEqual([PRINCIPAL, CLIENT]);
    expect(env).toMatchObject({ AZURE_CLIENT_ID: CLIENT, TAPKEEPER_SWEEP_SCHEDULE: '0 0 * * * *' });
  });

  test('reach the storage account of the deployment as its identity', () => {
    const { storageAccount } = deployMain().outputs;
    const addressOf = (part: string) => ({
      kind: 'identity',
      url: `https://${String(storageAccount)}.${part}.core.windows.net`,
    });
    expect(findStorage(settingsOf(), 'queue')).toEqual(addressOf('queue'));
    expect(findStorage(settingsOf(), 'blob')).toEqual(addressOf('blob'));
  });

  test('are taken by the app', () => {
    expect(compose(settingsOf()).mode()).toBe('observe');
  });

  test('name the rules only where they are in a blob', () => {
    expect(settingsOf()).not.toHaveProperty('TAPKEEPER_RULES');
    expect(settingsOf({ rules: RULES })).toHaveProperty('TAPKEEPER_RULES', RULES);
  });
});

describe('the parameters', () => {
  const parameter = (name: string) => {
    const found = mainTemplate.parameters.find((one) => one.name === name);
    if (found === undefined) throw new Error(`main.bicep has no parameter ${name}.`);
    return found;
  };
  const defaultOf = (name: string): unknown => {
    const { value, type } = parameter(name);
    if (value !== null) return toData(value);
    return isNullable(type) ? null : undefined;
  };

  test("a fresh deployment observes, and the modes are the code's", () => {
    expect(defaultOf('mode')).toBe('observe');
    const modes = (parameter('mode').allowed ?? []).map(toData);
    expect(modes).toEqual(['observe', 'enforce', 'paused']);
    expect(modes.map((mode) => parseMode({ TAPKEEPER_MODE: String(mode) }))).toEqual(modes);
  });

  test('a VTAP takes as many sources as is documented', () => {
    expect(defaultOf('tapCapacity')).toBe(TAP_CAPACITY);
  });

  test('the example gives each of them, and the defaults where it does not say otherwise', () => {
    const given = exampleParams();
    const names = mainTemplate.parameters.map(({ name }) => name);
    expect(Object.keys(given).sort()).toEqual(names.toSorted());
    const own = ['owner', 'location', 'subscriptions', 'taps', 'alertEmail'];
    const others = names.filter((name) => !own.includes(name));
    expect(others.map((name) => [name, given[name]])).toEqual(others.map((name) => [name, defaultOf(name)]));
  });
});

describe('the app', () => {
  const app = getWrite(deployMain(), 'Microsoft.Web/sites');

  test('takes as many requests at a time in an instance as host.json lets in', () => {
    const { extensions } = JSON.parse(readSource('host.json')) as HostJson;
    const http = { perInstanceConcurrency: extensions.http.maxConcurrentRequests };
    expect(propertiesOf(app)).toMatchObject({ functionAppConfig: { scaleAndConcurrency: { triggers: { http } } } });
  });

  test('is reached over TLS, and published to by nobody with a password', () => {
    expect(propertiesOf(app)).toMatchObject({ httpsOnly: true, siteConfig: { minTlsVersion: '1.2' } });
    const ways = writesOf(deployMain(), 'Microsoft.Web/sites/basicPublishingCredentialsPolicies');
    expect(ways.map(({ id, body }) => [id.split('/').at(-1), body])).toEqual([
      ['ftp', { properties: { allow: false } }],
      ['scm', { properties: { allow: false } }],
    ]);
  });

  test('is changed once at a time', () => {
    const { writes } = deployMain({}, HOME, 'reversed');
    const changes = writes.filter(({ type }) => type.startsWith('Microsoft.Web/sites/'));
    expect(changes.map(({ id }) => id.split('/').at(-1))).toEqual(['appsettings', 'ftp', 'scm']);
  });

  test('runs from a container that is there, as its identity', () => {
    const container = getWrite(deployMain(), 'Microsoft.Storage/storageAccounts/blobServices/containers', '-package');
    const identity = getWrite(deployMain(), 'Microsoft.ManagedIdentity/userAssignedIdentities');
    const storage = String(deployMain().outputs['storageAccount']);
    expect(propertiesOf(app)).toMatchObject({
      functionAppConfig: {
        deployment: {
          storage: {
            value: `https://${storage}.blob.core.windows.net/${container.id.split('/').at(-1)}`,
            authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identity.id },
          },
        },
      },
    });
  });
});

describe('signing in', () => {
  const signInsOf = (given: Readonly<Record<string, Value>>) =>
    writesOf(deployMain(given), 'Microsoft.Web/sites/config').filter(({ id }) => id.endsWith('/authsettingsV2'));

  test('is set up for those who are named, and for nobody else', () => {
    const [signIn] = signInsOf({ signInClientId: CLIENT, signInPrincipals: ['a person'] });
    expect(signIn?.body).toMatchObject({
      properties: {
        globalValidation: { requireAuthentication: true, unauthenticatedClientAction: 'Return401' },
        identityProviders: {
          azureActiveDirectory: {
            registration: { clientId: CLIENT },
            validation: {
              allowedAudiences: [CLIENT, `api://${CLIENT}`],
              defaultAuthorizationPolicy: { allowedPrincipals: { identities: ['a person'] } },
            },
          },
        },
      },
    });
  });

  test.each([
    { signInClientId: CLIENT, signInPrincipals: [] },
    { signInClientId: null, signInPrincipals: ['a person'] },
  ])('is not set up when it would let everybody in: %o', (given) => {
    expect(signInsOf(given)).toEqual([]);
  });
});
