import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { ATTRIBUTES, type Condition } from '../../../shared/config/config.ts';
import { parseConfig } from '../../../shared/config/parse.ts';

const ARM = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network';
const ENTRIES = {
  aws: {
    target: 'tmt-0a',
    networkLoadBalancer: 'arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/sensor/50dc6c495c0c9188',
    networkInterface: 'eni-0a',
    gatewayLoadBalancerEndpoint: 'vpce-0a',
  },
  azure: {
    virtualNetworkTap: `${ARM}/virtualNetworkTaps/tap`,
    loadBalancerFrontend: `${ARM}/loadBalancers/lb/frontendIPConfigurations/front`,
    collectorIpConfiguration: `${ARM}/networkInterfaces/nic/ipConfigurations/ip`,
  },
} as const;

const entry = (cloud: keyof typeof ENTRIES): fc.Arbitrary<object> =>
  fc.constantFrom(...Object.entries(ENTRIES[cloud])).map(([key, id]) => ({ [key]: id }));

const aws = fc
  .tuple(
    entry('aws'),
    fc.record(
      {
        region: fc.constantFrom('us-east-1'),
        filter: fc.constantFrom('tmf-0a', { '123456789012': 'tmf-0a', '012345678901': 'tmf-0b' }),
        sessionNumber: fc.integer({ min: 1, max: 32766 }),
        packetLength: fc.integer({ min: 1, max: 8500 }),
        virtualNetworkId: fc.integer({ min: 1, max: 16_777_215 }),
        numbers: fc.constantFrom('nearest', 'exact'),
        preempt: fc.boolean(),
      },
      { requiredKeys: ['region', 'filter', 'sessionNumber'] },
    ),
  )
  .map(([where, rest]) => ({ cloud: 'aws', ...where, ...rest }));
const azure = entry('azure').map((where) => ({ cloud: 'azure', ...where }));

const text = fc.constantFrom(
  'mirror',
  'off',
  'no',
  'yes',
  '1',
  '0x1f',
  'null',
  '~',
  'a: b',
  '# a',
  'ü 😀',
  'constructor',
);
const list = (one: fc.Arbitrary<string>): fc.Arbitrary<readonly string[]> =>
  fc.uniqueArray(one, { minLength: 1, maxLength: 3 });

const ATTRIBUTE_VALUES: Readonly<Partial<Record<(typeof ATTRIBUTES)[number], string>>> = {
  cloud: 'aws',
  account: '012345678901',
  region: 'us-east-1',
  resourceGroup: 'web',
  network: 'vpc-0123456789abcdef0',
  subnet: 'subnet-0123456789abcdef0',
};

const conditions = fc.letrec<{ readonly condition: object }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small' },
    text.map((tag) => ({ tag })),
    fc.record({ tag: text, equals: text }),
    fc.record({ tag: text, in: list(text) }),
    fc.record({ tag: text, glob: fc.constantFrom('a*', '?', 'web-*-x') }),
    fc.constantFrom(...ATTRIBUTES).map((attribute) => ({ [attribute]: ATTRIBUTE_VALUES[attribute] ?? 'm5.large' })),
    fc.constantFrom(...ATTRIBUTES).map((attribute) => ({ [attribute]: [ATTRIBUTE_VALUES[attribute] ?? 'm5.large'] })),
    fc.array(tie('condition'), { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
    fc.array(tie('condition'), { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
    tie('condition').map((not) => ({ not })),
  ),
})).condition;

const NAMES = ['sensor-1', 'off', 'toString', 'P.q_r'] as const;
const names = list(fc.constantFrom(...NAMES, 'pool'));

const effect = fc.oneof(
  fc.constant({ never: true }),
  fc.record(
    {
      mirror: fc.oneof(names, fc.record({ fromTag: text, among: names })),
      required: fc.boolean(),
      until: fc.record({ fromTag: text }),
    },
    { requiredKeys: ['mirror'] },
  ),
);

const rules = fc
  .array(
    fc.tuple(
      fc.record({ when: conditions, interfaces: fc.constantFrom('all', 'primary') }, { requiredKeys: ['when'] }),
      effect,
    ),
    { maxLength: 4 },
  )
  .map((drafts) => drafts.map(([rest, what], at) => ({ name: `rule-${at}`, ...rest, ...what })));

const destinations = fc
  .tuple(...NAMES.map(() => fc.oneof(aws, azure)))
  .map((all) => Object.fromEntries(NAMES.map((name, at) => [name, all[at]])));

const durations = fc
  .tuple(fc.nat(23), fc.integer({ min: 1, max: 59 }))
  .map(([hours, minutes]) => ({ minutes: hours * 60 + minutes, text: `${hours === 0 ? '' : `${hours}h`}${minutes}m` }));

const windows = fc
  .record({
    cron: fc.constantFrom('0 2 * * *', '*/15 22-23 * * MON-FRI', '30 1 1,15 * *', '0 3 * * TUE#2', '0 0 L * *'),
    duration: durations,
    timeZone: fc.constantFrom(undefined, 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'UTC'),
  })
  .map(({ cron, duration, timeZone }) => ({
    written: { cron, duration: duration.text, ...(timeZone === undefined ? {} : { timeZone }) },
    meant: { cron, durationMinutes: duration.minutes, timeZone: timeZone ?? 'UTC' },
  }));

const interruptions = fc.record({
  inFlight: fc.integer({ min: 1, max: 1000 }),
  settle: fc.integer({ min: 1, max: 599 }),
  windows: fc.array(windows, { minLength: 1, maxLength: 3 }),
});

test('limits of interruption are read as they are written', () => {
  fc.assert(
    fc.property(interruptions, ({ inFlight, settle, windows: some }) => {
      const written = { inFlight, settle: `${settle}s`, windows: some.map((one) => one.written) };
      const parsed = parseConfig(stringify({ version: 1, owner: 'soc', interruption: written }));
      if (parsed.kind === 'invalid') throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
      const meant = { inFlight, settleSeconds: settle, windows: some.map((one) => one.meant) };
      expect(parsed.config.interruption).toEqual(meant);
    }),
    { numRuns: 100 },
  );
});

const files = fc.record(
  {
    version: fc.constant(1),
    owner: fc.constantFrom('soc', 'a', 'no-1'),
    formerOwners: fc.constantFrom([], ['former']),
    policy: fc.constantFrom('sync', 'attach-only'),
    guard: fc.record({ count: fc.nat(100), percent: fc.nat(100) }, { requiredKeys: [] }),
    slots: fc.integer({ min: 1, max: 3 }),
    graceHours: fc.nat(8760),
    destinations,
    pools: fc.record({ pool: list(fc.constantFrom(...NAMES)) }),
    rules,
  },
  { requiredKeys: ['version', 'owner', 'destinations', 'pools'] },
);

/** A condition as a person could have written it. */
function write(condition: Condition): object {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return { [condition.kind]: condition.of.map(write) };
    case 'not':
      return { not: write(condition.of) };
    case 'tag-exists':
      return { tag: condition.tag };
    case 'tag-in':
      return { tag: condition.tag, in: condition.values };
    case 'tag-glob':
      return { tag: condition.tag, glob: condition.glob };
    case 'attribute':
      return { [condition.attribute]: condition.values };
  }
}

/** The same with one value written as a list of one. */
const listed = (when: object): object =>
  JSON.parse(JSON.stringify(when), (key, part: unknown) => {
    if (typeof part === 'object' && part !== null && 'equals' in part)
      return { tag: (part as { tag?: unknown }).tag, in: [part.equals] };
    return (ATTRIBUTES as readonly string[]).includes(key) && typeof part === 'string' ? [part] : part;
  }) as object;

test('a configuration is built of any valid file, as JSON and as YAML, with nothing lost', () => {
  fc.assert(
    fc.property(files, (file) => {
      const fromJson = parseConfig(JSON.stringify(file, null, '\t'));
      const fromYaml = parseConfig(stringify(file));
      if (fromJson.kind === 'invalid') throw new Error(fromJson.problems.map(({ message }) => message).join('\n'));
      const { config } = fromJson;
      expect(fromYaml).toMatchObject({ kind: 'valid', config });
      expect(config.destinations.map(({ name }) => name)).toEqual(Object.keys(file.destinations));
      expect(config.pools.map(({ members }) => members)).toEqual([file.pools.pool]);
      expect(config.rules.map(({ name, when }) => [name, write(when)])).toEqual(
        (file.rules ?? []).map(({ name, when }) => [name, listed(when)]),
      );
    }),
    { numRuns: 500 },
  );
});
