import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseConfig } from '../../../shared/config/parse.ts';
import { rulesFileJsonSchema } from './json-schema.ts';

const ROOT = join(import.meta.dirname, '../../..');
const PUBLISHED = join(ROOT, 'schemas/tapkeeper.schema.json');

describe('schemas/tapkeeper.schema.json', () => {
  it('is the schema by which rules files are read', async () => {
    const text = await format(JSON.stringify(rulesFileJsonSchema()), { parser: 'json', printWidth: 120 });
    // `npx vitest run test/shared/config --update` writes it anew.
    await expect(text).toMatchFileSnapshot(PUBLISHED);
  });

  const isValid = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false }).compile(
    rulesFileJsonSchema(),
  );

  const destination = '{ cloud: aws, region: us-east-1, target: tmt-0a, filter: tmf-0a, sessionNumber: 1 }';
  const withRule = (rule: string): string =>
    `{ version: 1, owner: soc, destinations: { s: ${destination} }, rules: [{ name: r, ${rule} }] }`;

  const withInterruption = (keys: string): string => `{ version: 1, owner: soc, interruption: { ${keys} } }`;
  const withEntry = (key: string): string =>
    `{ version: 1, owner: soc, destinations: { s: { cloud: azure, ${key} } } }`;

  it.each([
    ['the least', '{ version: 1, owner: soc }'],
    ['the example', readFileSync(join(ROOT, 'tapkeeper.example.yaml'), 'utf8')],
    ['nested conditions', withRule('when: { all: [{ not: { any: [{ tag: a }] } }] }, mirror: [s]')],
    ['no owner', '{ version: 1 }'],
    ['an unknown key', '{ version: 1, owner: soc, rulez: [] }'],
    ['an unknown key deep down', withRule('when: { all: [{ tag: a, equal: b }] }, mirror: [s]')],
    ['two kinds of one condition', withRule('when: { tag: a, equals: b, glob: c }, mirror: [s]')],
    ['neither mirror nor never', withRule('when: { tag: a }')],
    ['mirror and never', withRule('when: { tag: a }, mirror: [s], never: true')],
    [
      'a session number of 0',
      `{ version: 1, owner: soc, destinations: { s: ${destination.replace(' 1 }', ' 0 }')} } }`,
    ],
    [
      'two entries',
      `{ version: 1, owner: soc, destinations: { s: ${destination.replace('filter', 'networkInterface: eni-0a, filter')} } }`,
    ],
    [
      'windows',
      withInterruption(
        'inFlight: 3, settle: 1m30s, windows: [{ cron: 0 2 * * *, duration: 2h30m, timeZone: Europe/Berlin }]',
      ),
    ],
    ['a settle of no time', withInterruption('settle: 0s')],
    ['a settle without a unit', withInterruption('settle: 30')],
    ['an empty settle', withInterruption('settle: ""')],
    ['minutes before hours', withInterruption('windows: [{ cron: 0 2 * * *, duration: 30m2h }]')],
    ['four fields', withInterruption('windows: [{ cron: 0 2 * *, duration: 4h }]')],
    ['an offset for a time zone', withInterruption('windows: [{ cron: 0 2 * * *, duration: 4h, timeZone: "+01:00" }]')],
    ['a window without a duration', withInterruption('windows: [{ cron: 0 2 * * * }]')],
    ['no windows', withInterruption('windows: []')],
    [
      'an ARM id without its slash',
      withEntry('virtualNetworkTap: SUBSCRIPTIONS/s/resourcegroups/g/providers/microsoft.network/virtualNetworkTaps/t'),
    ],
    [
      "a load balancer's own id",
      withEntry('loadBalancerFrontend: /subscriptions/s/resourceGroups/g/providers/Microsoft.Network/loadBalancers/l'),
    ],
    ['a map for a list', '{ version: 1, owner: soc, rules: {} }'],
  ])('agrees with the parser on %s', (_, text) => {
    expect(isValid(parse(text))).toBe(parseConfig(text).kind === 'valid');
  });
});
