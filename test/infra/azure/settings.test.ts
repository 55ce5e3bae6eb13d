import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { TAP_CAPACITY } from '../../../functions/arm/destinations/taps.ts';
import { compose } from '../../../functions/compose.ts';
import { findTapCapacity, ownIdsOf, parseMode, parseSubscriptions } from '../../../functions/settings.ts';
import { findStorage, STORAGE_SETTING } from '../../../functions/storage.ts';
import { findProperty, getResource, getTemplate, readBicepFiles, toData } from './bicep.ts';
import { evaluate, type Values } from './evaluate.ts';

const files = await readBicepFiles();
const app = getTemplate(files, 'app.bicep');
const main = getTemplate(files, 'main.bicep');

const ROOT = new URL('../../../', import.meta.url);
const SUBSCRIPTION = '11111111-2222-3333-4444-555555555555';
const OTHER = '66666666-7777-8888-9999-000000000000';

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
  const folder = new URL('functions/', ROOT);
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

const GIVEN: Values = {
  subscriptions: [SUBSCRIPTION, OTHER],
  mode: 'enforce',
  sweepSchedule: '0 0 * * * *',
  tapCapacity: 50,
  principalId: 'principal',
  clientId: 'client',
  storageName: 'tapkeeperabc',
  insights: { properties: { ConnectionString: 'somewhere' } },
  rules: '',
};

/** The app settings that the deployment comes to. */
function settingsOf(given: Values): Readonly<Record<string, string>> {
  const known = app.variables.reduce<Values>(
    (values, { name, value }) => ({ ...values, [name]: evaluate(value, values) }),
    { ...GIVEN, ...given },
  );
  const declared = findProperty(getResource(app, 'appSettings').declared, 'properties');
  if (declared === null) throw new Error('The app settings have no properties.');
  return evaluate(declared, known) as Readonly<Record<string, string>>;
}

describe('the app settings', () => {
  test('are those that the code and its host read, each of them', () => {
    const set = Object.keys(settingsOf({ rules: 'https://rules.blob.core.windows.net/a/tapkeeper.yaml' }));
    const read = settingsRead().filter((name) => ![...BY_PLATFORM, ...ELSEWHERE].includes(name));
    expect(read).toContain('TAPKEEPER_SUBSCRIPTIONS');
    expect(set.toSorted()).toEqual([...new Set([...read, ...BY_HOST])].sort());
  });

  test('that others set are read', () => {
    expect(settingsRead()).toEqual(expect.arrayContaining([...BY_PLATFORM, ...ELSEWHERE]));
  });

  test('mean what the parameters say', () => {
    const env = settingsOf({});
    expect(parseMode(env)).toBe('enforce');
    expect(parseSubscriptions(env)).toMatchObject([{ account: SUBSCRIPTION }, { account: OTHER }]);
    expect(findTapCapacity(env)).toBe(50);
    expect(ownIdsOf(env)).toEqual(['principal', 'client']);
    expect(env['AZURE_CLIENT_ID']).toBe('client');
    expect(env['TAPKEEPER_SWEEP_SCHEDULE']).toBe('0 0 * * * *');
    const url = (part: string): string => `https://tapkeeperabc.${part}.core.windows.net`;
    expect(findStorage(env, 'queue')).toEqual({ kind: 'identity', url: url('queue') });
    expect(findStorage(env, 'blob')).toEqual({ kind: 'identity', url: url('blob') });
  });

  test('are taken by the app', () => {
    const deps = compose(settingsOf({}));
    expect(deps.mode()).toBe('enforce');
  });

  test('name the rules only where they are in a blob', () => {
    const address = 'https://rules.blob.core.windows.net/a/tapkeeper.yaml';
    expect(settingsOf({})).not.toHaveProperty('TAPKEEPER_RULES');
    expect(settingsOf({ rules: address })).toHaveProperty('TAPKEEPER_RULES', address);
  });
});

describe('the parameters', () => {
  const parameter = (name: string) => {
    const found = main.parameters.find((one) => one.name === name);
    if (found === undefined) throw new Error(`main.bicep has no parameter ${name}.`);
    return found;
  };
  const defaultOf = (name: string): unknown => {
    const { value } = parameter(name);
    return value === null ? undefined : toData(value);
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
    const example = files.parameterFiles.get('infra/azure/example.bicepparam');
    const given = Object.fromEntries((example?.given ?? []).map(({ name, value }) => [name, toData(value)]));
    expect(Object.keys(given).sort()).toEqual(main.parameters.map(({ name }) => name).sort());
    const own = ['owner', 'location', 'subscriptions', 'taps', 'alertEmail'];
    const others = main.parameters.map(({ name }) => name).filter((name) => !own.includes(name));
    expect(others.map((name) => [name, given[name]])).toEqual(others.map((name) => [name, defaultOf(name)]));
  });
});

describe('the app', () => {
  const declared = toData(getResource(app, 'app').declared) as Readonly<Record<string, unknown>>;

  test('takes as many requests at a time in an instance as host.json lets in', () => {
    const host = JSON.parse(readFileSync(new URL('host.json', ROOT), 'utf8')) as HostJson;
    const perInstanceConcurrency = host.extensions.http.maxConcurrentRequests;
    const scaleAndConcurrency = { triggers: { http: { perInstanceConcurrency } } };
    expect(declared).toMatchObject({ properties: { functionAppConfig: { scaleAndConcurrency } } });
  });

  test('is reached over TLS, and published to by nobody with a password', () => {
    expect(declared).toMatchObject({ properties: { httpsOnly: true, siteConfig: { minTlsVersion: '1.2' } } });
    const publishing = getResource(app, 'publishing').declared;
    expect(publishing.kind === 'loop' ? toData(publishing.over) : null).toEqual(['ftp', 'scm']);
    expect(findProperty(publishing, 'properties', 'allow')).toMatchObject({ value: false });
  });
});
