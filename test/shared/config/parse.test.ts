import { describe, expect, it } from 'vitest';
import { canonicalConfig } from '../../../shared/config/canonical.ts';
import { formatProblems, parseConfig } from '../../../shared/config/parse.ts';
import { configOf, foundIn, problemsOf, withDestination, withDestinations, withRule } from './problems.ts';

describe('a valid file', () => {
  it('may have nothing but a version and an owner', () => {
    expect(configOf('version: 1\nowner: soc')).toEqual({
      version: 1,
      owner: 'soc',
      formerOwners: [],
      policy: 'sync',
      guard: { count: 20, percent: 10 },
      interruption: { inFlight: 5, settleSeconds: 30, windows: [] },
      slots: 3,
      graceHours: 72,
      destinations: [],
      pools: [],
      rules: [],
    });
  });

  it('may be JSON', () => {
    const text = '{"version": 1, "owner": "soc", "destinations": {}, "pools": {}, "rules": []}';
    expect(configOf(text)).toEqual(configOf('version: 1\nowner: soc'));
  });

  it('keeps what it says over the defaults, and fills in each that is missing', () => {
    const text =
      'version: 1\nowner: soc\npolicy: attach-only\nguard: { count: 5 }\nslots: 2\ngraceHours: 0\nformerOwners: [old]';
    expect(configOf(text)).toMatchObject({
      policy: 'attach-only',
      guard: { count: 5, percent: 10 },
      slots: 2,
      graceHours: 0,
      formerOwners: ['old'],
    });
  });

  it.each([
    ['target: tmt-0a', { kind: 'target', id: 'tmt-0a' }],
    ['networkInterface: eni-0a', { kind: 'networkInterface', id: 'eni-0a' }],
    ['gatewayLoadBalancerEndpoint: vpce-0a', { kind: 'gatewayLoadBalancerEndpoint', id: 'vpce-0a' }],
    [
      'networkLoadBalancer: "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/lb/0a"',
      { kind: 'networkLoadBalancer', id: 'arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/lb/0a' },
    ],
  ])('names an AWS destination by %s', (entry, expected) => {
    const text = withDestination(`cloud: aws, region: us-east-1, ${entry}, filter: tmf-0a, sessionNumber: 7`);
    expect(configOf(text).destinations).toEqual([
      {
        cloud: 'aws',
        name: 'sensor',
        region: 'us-east-1',
        entry: expected,
        filter: { kind: 'one', id: 'tmf-0a' },
        sessionNumber: 7,
        packetLength: null,
        virtualNetworkId: null,
        numbers: 'nearest',
        mayPreempt: false,
      },
    ]);
  });

  it('takes filters by account, whether or not the account is in quotes', () => {
    const text = withDestination(
      `cloud: aws, region: us-east-1, target: tmt-0a, sessionNumber: 1, filter: { 012345678901: tmf-0a, "123456789012": tmf-0b }`,
    );
    expect(configOf(text).destinations[0]).toMatchObject({
      filter: {
        kind: 'by-account',
        ids: new Map([
          ['012345678901', 'tmf-0a'],
          ['123456789012', 'tmf-0b'],
        ]),
      },
    });
  });

  it.each([
    ['virtualNetworkTap', '/subscriptions/S/resourceGroups/G/providers/Microsoft.Network/virtualNetworkTaps/T/'],
    [
      'loadBalancerFrontend',
      '/SUBSCRIPTIONS/s/resourcegroups/g/providers/microsoft.network/loadbalancers/l/frontendipconfigurations/f',
    ],
    [
      'collectorIpConfiguration',
      '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkInterfaces/n/ipConfigurations/i',
    ],
  ])('names an Azure destination by %s, in whatever casing', (key, id) => {
    const text = withDestination(`cloud: azure, ${key}: ${id}`);
    expect(configOf(text).destinations).toEqual([
      { cloud: 'azure', name: 'sensor', entry: { kind: key, id: id.toLowerCase().replace(/\/$/, '') } },
    ]);
  });

  it.each([
    ['{ tag: a }', { kind: 'tag-exists', tag: 'a' }],
    ['{ tag: a, equals: off }', { kind: 'tag-in', tag: 'a', values: ['off'] }],
    ['{ tag: a, equals: "" }', { kind: 'tag-in', tag: 'a', values: [''] }],
    ['{ tag: constructor, in: [x, no] }', { kind: 'tag-in', tag: 'constructor', values: ['x', 'no'] }],
    ['{ tag: a, glob: "x-*" }', { kind: 'tag-glob', tag: 'a', glob: 'x-*' }],
    ['{ region: eastus }', { kind: 'attribute', attribute: 'region', values: ['eastus'] }],
    ['{ cloud: [aws, azure] }', { kind: 'attribute', attribute: 'cloud', values: ['aws', 'azure'] }],
    ['{ not: { tag: a } }', { kind: 'not', of: { kind: 'tag-exists', tag: 'a' } }],
    ['{ any: [{ tag: a }] }', { kind: 'any', of: [{ kind: 'tag-exists', tag: 'a' }] }],
  ])('has the condition %s', (text, condition) => {
    expect(configOf(withRule(`name: r, when: ${text}, never: true`)).rules[0]?.when).toEqual(condition);
  });

  it.each([
    [
      'mirror: [sensor, tap]',
      { kind: 'mirror', to: { kind: 'names', names: ['sensor', 'tap'] }, isRequired: false, untilTag: null },
    ],
    [
      'mirror: { fromTag: m, among: [tap] }, required: true, until: { fromTag: u }',
      { kind: 'mirror', to: { kind: 'from-tag', tag: 'm', among: ['tap'] }, isRequired: true, untilTag: 'u' },
    ],
    ['never: true', { kind: 'never' }],
  ])('has the effect of %s', (text, effect) => {
    expect(configOf(withRule(`name: r, when: { tag: a }, ${text}`)).rules).toEqual([
      { name: 'r', when: { kind: 'tag-exists', tag: 'a' }, interfaces: 'all', effect },
    ]);
  });

  it('may say one thing at two places by an alias', () => {
    const text = withDestinations(
      'rules:\n  - { name: a, when: &team { tag: team }, mirror: [sensor] }\n  - { name: b, when: *team, never: true, interfaces: primary }\n',
    );
    expect(configOf(text).rules.map(({ when }) => when)).toEqual([
      { kind: 'tag-exists', tag: 'team' },
      { kind: 'tag-exists', tag: 'team' },
    ]);
  });

  it('has one canonical form, whatever its layout', () => {
    const block = 'owner: soc # mine\n\nversion: 1\n';
    expect(canonicalConfig(configOf(block))).toBe(canonicalConfig(configOf('{"version": 1, "owner": "soc"}')));
  });

  it('has another canonical form when a filter of one account differs', () => {
    const text = (filter: string): string =>
      withDestination(
        `cloud: aws, region: us-east-1, target: tmt-0a, sessionNumber: 1, filter: { "123456789012": ${filter} }`,
      );
    expect(canonicalConfig(configOf(text('tmf-0a')))).not.toBe(canonicalConfig(configOf(text('tmf-0b'))));
  });
});

describe('all problems at once', () => {
  const text = `version: 1
owner: SOC
destinations:
  sensor:
    cloud: aws
    region: us-east-1
    target: tmf-0a
    filter: tmf-0a
    sessionNumber: 0
    colour: red
    size: 3
pools:
  both: [sensor, sensr]
rules:
  - name: a
    when: { tag: mirror }
    mirror: { fromTag: mirror }
  - name: a
    when: { tag: mirror }
    mirror: [bth]
`;

  it('are found, each at its place, in the order of the file', () => {
    expect(foundIn(text).map(({ line, column, path }) => [line, column, path])).toEqual([
      [2, 8, 'owner'],
      [7, 13, 'destinations.sensor.target'],
      [9, 20, 'destinations.sensor.sessionNumber'],
      [10, 5, 'destinations.sensor.colour'],
      [11, 5, 'destinations.sensor.size'],
      [13, 18, 'pools.both[1]'],
      [17, 13, 'rules[0].mirror.among'],
      [18, 11, 'rules[1].name'],
      [20, 14, 'rules[1].mirror[0]'],
    ]);
  });

  it('are written so that editors make links of them', () => {
    const parsed = parseConfig('version: 1\nowner: SOC\nslots: 9');
    expect(parsed.kind === 'invalid' ? formatProblems('rules.yaml', parsed.problems) : '').toBe(
      [
        'rules.yaml:2:8: error: `owner` must be a name of lower-case letters, digits and `-` that begins with a letter and has at most 31 characters, not "SOC" (at owner)',
        'rules.yaml:3:8: error: `slots` must be a whole number from 1 to 3, not 9 (at slots)',
      ].join('\n'),
    );
  });

  it('are found with Windows line ends at the same places', () => {
    const windows = foundIn(text.replaceAll('\n', '\r\n'));
    expect(windows).toEqual(foundIn(text));
  });
});

describe('a destination', () => {
  const aws = 'cloud: aws, region: us-east-1, filter: tmf-0a, sessionNumber: 1';
  const arm = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network';
  const compute = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute';

  it.each([
    ['its entry', aws, 'must have exactly one of target, networkLoadBalancer'],
    ['one of two entries', `${aws}, target: tmt-0a, networkInterface: eni-0a`, '`target` is here already'],
    ['its cloud', 'region: us-east-1, target: tmt-0a, filter: tmf-0a, sessionNumber: 1', '`cloud` is missing'],
    ['a known cloud', 'cloud: gcp', 'must have `cloud: aws` or `cloud: azure`, not "gcp"'],
    ['its filter', 'cloud: aws, region: us-east-1, target: tmt-0a, sessionNumber: 1', '`filter` is missing'],
    [
      'its session number',
      'cloud: aws, region: us-east-1, target: tmt-0a, filter: tmf-0a',
      '`sessionNumber` is missing',
    ],
    [
      'a session number below 32767',
      `${aws.replace('sessionNumber: 1', 'sessionNumber: 32767')}, target: tmt-0a`,
      'from 1 to 32766, not 32767',
    ],
    [
      'a whole session number',
      `${aws.replace('sessionNumber: 1', 'sessionNumber: 1.5')}, target: tmt-0a`,
      'a whole number from 1 to 32766, not 1.5',
    ],
    ['a virtual network id above 0', `${aws}, target: tmt-0a, virtualNetworkId: 0`, 'from 1 to 16777215, not 0'],
    ['a virtual network id of 24 bits', `${aws}, target: tmt-0a, virtualNetworkId: 16777216`, 'from 1 to 16777215'],
    ['a packet length above 0', `${aws}, target: tmt-0a, packetLength: 0`, 'from 1 to 9001'],
    [
      'AWS keys on AWS only',
      `cloud: azure, virtualNetworkTap: ${arm}/virtualNetworkTaps/t, filter: tmf-0a`,
      'unknown key `filter`',
    ],
    [
      'a region as AWS writes it',
      `${aws.replace('us-east-1', 'eastus')}, target: tmt-0a`,
      'a region, as us-east-1, not "eastus"',
    ],
    [
      'accounts of 12 digits',
      `${aws.replace('filter: tmf-0a', 'filter: { 12: tmf-0a }')}, target: tmt-0a`,
      '`12` must be an AWS account of 12 digits',
    ],
    [
      "its load balancer's region",
      `${aws}, networkLoadBalancer: "arn:aws:elasticloadbalancing:us-west-2:123456789012:loadbalancer/net/lb/0a"`,
      '`region` must be us-west-2, where the load balancer is, not us-east-1',
    ],
    ['a truth value without quotes', `${aws}, target: tmt-0a, preempt: yes`, 'must be `true` or `false`, not "yes"'],
  ])('needs %s', (_, keys, message) => {
    expect(problemsOf(withDestination(keys))).toEqual([expect.stringContaining(message)]);
  });

  it.each([
    ['target', 'eni-0a', "a network interface's id; write it as `networkInterface`"],
    ['target', 'tmf-0a', 'this is a filter'],
    ['target', 'tms-0a', 'this is a session'],
    ['networkInterface', 'i-0a', 'this is an instance'],
    ['networkInterface', 'vpce-0a', 'write it as `gatewayLoadBalancerEndpoint`'],
    [
      'networkLoadBalancer',
      '"arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/gwy/lb/0a"',
      'this is a Gateway Load Balancer',
    ],
    [
      'networkLoadBalancer',
      '"arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/lb/0a"',
      'an Application Load Balancer',
    ],
    [
      'networkLoadBalancer',
      '"arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/tg/0a"',
      'a part of a load balancer',
    ],
  ])('of AWS says of a wrong %s %s what it is', (key, id, message) => {
    expect(problemsOf(withDestination(`${aws}, ${key}: ${id}`))).toEqual([expect.stringContaining(message)]);
  });

  const WRONG: readonly (readonly [key: string, id: string, message: string])[] = [
    ['loadBalancerFrontend', `${arm}/loadBalancers/l`, 'this is the load balancer; add its frontend'],
    ['loadBalancerFrontend', `${arm}/virtualNetworkTaps/t`, 'write it as `virtualNetworkTap`'],
    ['loadBalancerFrontend', `${arm}/networkInterfaces/n`, 'this is the network interface'],
    ['loadBalancerFrontend', `${arm}/networkInterfaces/n/ipConfigurations/i`, 'write it as `collectorIpConfiguration`'],
    ['loadBalancerFrontend', `${arm}/publicIPAddresses/p`, 'this is a public IP address'],
    ['loadBalancerFrontend', `${arm}/virtualNetworks/v`, 'this is a virtual network; name the TAP'],
    ['loadBalancerFrontend', `${arm}/virtualNetworks/v/subnets/s`, 'this is a subnet'],
    [
      'loadBalancerFrontend',
      `${arm}/loadBalancers/l/backendAddressPools/p`,
      'this is a backend pool; name the frontend',
    ],
    [
      'loadBalancerFrontend',
      `${arm}/loadBalancers/l/backendAddressPools/p/loadBalancerBackendAddresses/a`,
      'this is a member of a backend pool',
    ],
    ['loadBalancerFrontend', `${arm}/loadBalancers/l/probes/p`, 'this is a part of the load balancer'],
    ['loadBalancerFrontend', `${arm}/loadBalancers/l/loadBalancingRules/r`, 'this is a part of the load balancer'],
    ['loadBalancerFrontend', `${arm}/privateLinkServices/p`, 'this is a private link service'],
    [
      'loadBalancerFrontend',
      `${arm}/applicationGateways/g`,
      'this is the id of one of Microsoft.Network/applicationGateways',
    ],
    ['loadBalancerFrontend', `${arm}/applicationGateways/g/frontendIPConfigurations/f`, '/applicationGateways'],
    ['collectorIpConfiguration', `${arm}/networkInterfaces/n`, 'add its IP configuration: …/ipConfigurations/NAME'],
    ['collectorIpConfiguration', `${arm}/publicIPAddresses/p`, 'this is a public IP address'],
    ['collectorIpConfiguration', `${arm}/privateEndpoints/p`, 'this is a private endpoint'],
    [
      'collectorIpConfiguration',
      `${arm}/loadBalancers/l/frontendIPConfigurations/f`,
      'write it as `loadBalancerFrontend`',
    ],
    ['collectorIpConfiguration', `${compute}/virtualMachines/v`, 'this is a virtual machine; name its interface'],
    ['collectorIpConfiguration', `${compute}/virtualMachineScaleSets/s`, 'this is a scale set'],
    [
      'collectorIpConfiguration',
      `${compute}/virtualMachineScaleSets/s/virtualMachines/0/networkInterfaces/n/ipConfigurations/i`,
      'this is an interface of a scale set',
    ],
    ['virtualNetworkTap', `${arm}/loadBalancers/l/frontendIPConfigurations/f`, 'write it as `loadBalancerFrontend`'],
    ['virtualNetworkTap', `${arm}/networkInterfaces/n/tapConfigurations/t`, 'this is an attachment'],
    ['virtualNetworkTap', `${arm}/virtualNetworks/v`, 'this is a virtual network'],
    ['virtualNetworkTap', '/subscriptions/s/resourceGroups/g', 'this names no resource'],
    ['virtualNetworkTap', '/subscriptions/s', 'this names no resource'],
  ];
  const flip = (text: string): string =>
    text.replaceAll(/./g, (letter, at: number) => (at % 2 === 0 ? letter.toUpperCase() : letter.toLowerCase()));

  it.each(WRONG)(
    'of Azure says of a wrong %s %s what it is, in any casing, with and without a slash',
    (key, id, message) => {
      for (const written of [id, id.slice(1), `${id}/`, id.toUpperCase(), id.toLowerCase(), flip(id)]) {
        const problems = problemsOf(withDestination(`cloud: azure, ${key}: ${written}`));
        expect(problems).toEqual([expect.stringMatching(new RegExp(`^4:\\d+ destinations\\.sensor\\.${key}: `))]);
        expect(problems[0]?.toLowerCase()).toContain(message.toLowerCase());
      }
    },
  );

  it('of Azure shows the right form beside what it is', () => {
    expect(problemsOf(withDestination(`cloud: azure, loadBalancerFrontend: ${arm}/loadBalancers/l`))).toEqual([
      `4:49 destinations.sensor.loadBalancerFrontend: \`loadBalancerFrontend\` must be the id of a load balancer's frontend, as /subscriptions/…/loadBalancers/NAME/frontendIPConfigurations/NAME, not "${arm}/loadBalancers/l"; this is the load balancer; add its frontend: …/frontendIPConfigurations/NAME`,
    ]);
  });

  it.each([
    [
      'an address of the portal',
      `"https://portal.azure.com/#@t/resource${arm}/loadBalancers/l/overview"`,
      'this is an address',
    ],
    [
      'an address of ARM',
      `"https://management.azure.com${arm}/virtualNetworkTaps/t?api-version=2024-03-01"`,
      'an address',
    ],
    ['a query behind it', `"${arm}/virtualNetworkTaps/t?api-version=2024-03-01"`, 'must be a virtual network TAP'],
    ['white space in it', `"${arm}/virtualNetworkTaps/my tap"`, 'must be a virtual network TAP'],
    ['a segment too many', `${arm}//virtualNetworkTaps/t`, 'must be a virtual network TAP'],
    ['a name only', 'ms-vnet-tap', 'must be a virtual network TAP'],
  ])('of Azure refuses %s', (_, id, message) => {
    expect(problemsOf(withDestination(`cloud: azure, virtualNetworkTap: ${id}`))).toEqual([
      expect.stringContaining(message),
    ]);
  });

  it.each([
    ['virtualNetworkTap', `${arm}/virtualNetworkTaps/Tap`],
    ['loadBalancerFrontend', `${arm}/loadBalancers/L/frontendIPConfigurations/F`],
    ['collectorIpConfiguration', `${arm}/networkInterfaces/N/ipConfigurations/I`],
  ])('of Azure takes a right %s %s in any casing, with and without a slash, as one', (key, id) => {
    const entries = [id, id.slice(1), `${id}/`, id.toUpperCase(), flip(id)].map(
      (written) => configOf(withDestination(`cloud: azure, ${key}: ${written}`)).destinations[0]?.entry,
    );
    expect(entries).toEqual(entries.map(() => ({ kind: key, id: id.toLowerCase() })));
  });
});

it('says once what is wrong twice', () => {
  expect(problemsOf('version: 1\nowner: soc\nslots: 0.5')).toEqual([
    '3:8 slots: `slots` must be a whole number from 1 to 3, not 0.5',
  ]);
});

describe('names', () => {
  it.each([
    ['a pool of unknown members', 'pools: { p: [sensro] }', 'there is no destination `sensro`; did you mean `sensor`?'],
    ['a pool in a pool', 'pools: { p: [sensor], q: [p] }', '`p` is a pool; a pool holds destinations'],
    ['a pool that names a member twice', 'pools: { p: [sensor, sensor] }', '`sensor` is listed twice'],
    ['an empty pool', 'pools: { p: [] }', '`p` must be a list of destinations, not empty'],
    ['a name of a destination and a pool', 'pools: { tap: [sensor] }', '`tap` is a destination already'],
    ['a name with a space', 'pools: { "a b": [sensor] }', '`a b` must be a name of letters'],
    ['a name with a plus', 'pools: { a+b: [sensor] }', '`a+b` must be a name of letters'],
    ['a former owner that is the owner', 'formerOwners: [soc]', '`soc` is the owner now'],
    ['a name that JavaScript reserves', 'pools: { constructor: [sensor] }', '`constructor` cannot be a name here'],
  ])('%s', (_, more, message) => {
    expect(problemsOf(withDestinations(more))).toEqual([expect.stringContaining(message)]);
  });
});

describe('a rule', () => {
  it.each([
    ['its condition', 'name: r, mirror: [sensor]', '7:5 rules[0].when: `when` is missing'],
    ['its name', 'when: { tag: a }, mirror: [sensor]', '`name` is missing'],
    ['something to do', 'name: r, when: { tag: a }', 'a rule must have `mirror: [ … ]` or `never: true`'],
    [
      'one thing to do',
      'name: r, when: { tag: a }, never: true, mirror: [sensor]',
      'a rule with `never` has no `mirror`',
    ],
    [
      'no `required` with never',
      'name: r, when: { tag: a }, never: true, required: true',
      'a rule with `never` has no `required`',
    ],
    [
      'no `until` with never',
      'name: r, when: { tag: a }, never: true, until: { fromTag: u }',
      'a rule with `never` has no `until`',
    ],
    ['never to be true', 'name: r, when: { tag: a }, never: false', '`never` must be `true`; leave it out otherwise'],
    [
      'known destinations',
      'name: r, when: { tag: a }, mirror: [sensro]',
      '7:43 rules[0].mirror[0]: there is no destination or pool `sensro`; did you mean `sensor`?',
    ],
    ['known choices', 'name: r, when: { tag: a }, mirror: { fromTag: m, among: [tpa] }', 'did you mean `tap`?'],
    ['choices', 'name: r, when: { tag: a }, mirror: { fromTag: m }', '`among` is missing'],
    [
      'destinations',
      'name: r, when: { tag: a }, mirror: []',
      'must be a list of destinations and pools, as [sensor-use1], not empty',
    ],
    ['a list of destinations', 'name: r, when: { tag: a }, mirror: sensor', 'must be a list of destinations and pools'],
    [
      'known interfaces',
      'name: r, when: { tag: a }, mirror: [sensor], interfaces: first',
      'must be `all` or `primary`',
    ],
    [
      'a name on one line',
      'name: "a\\nb", when: { tag: a }, mirror: [sensor]',
      'must be a name of at most 64 characters on one line',
    ],
    [
      'conditions in all',
      'name: r, when: { all: [] }, mirror: [sensor]',
      '`all` must be a list of conditions, not empty',
    ],
    [
      'conditions in any',
      'name: r, when: { any: [] }, mirror: [sensor]',
      '`any` must be a list of conditions, not empty',
    ],
    [
      'a condition that says something',
      'name: r, when: {}, mirror: [sensor]',
      '`when` must be a condition, as { tag: mirror }, not empty',
    ],
    [
      'a known condition',
      'name: r, when: { tga: a }, mirror: [sensor]',
      'unknown condition `tga`; did you mean `tag`?',
    ],
    [
      'a known comparison',
      'name: r, when: { tag: a, equal: b }, mirror: [sensor]',
      'unknown key `equal`; did you mean `equals`?',
    ],
    [
      'one comparison',
      'name: r, when: { tag: a, equals: b, in: [c] }, mirror: [sensor]',
      'must have one of `equals`, `in` and `glob`',
    ],
    ['a tag to compare', 'name: r, when: { equals: b }, mirror: [sensor]', '`tag` is missing'],
    [
      'one condition in a map',
      'name: r, when: { tag: a, region: b }, mirror: [sensor]',
      'put `tag` and `region` under `all`',
    ],
    ['a glob with a character', 'name: r, when: { tag: a, glob: "" }, mirror: [sensor]', 'write `equals: ""`'],
    ['a known cloud', 'name: r, when: { cloud: gcp }, mirror: [sensor]', '`cloud` must be `aws` or `azure`, not "gcp"'],
    ['text for a tag value', 'name: r, when: { tag: a, equals: 010 }, mirror: [sensor]', 'write it in quotes: "010"'],
    [
      'text, not a truth value',
      'name: r, when: { tag: a, in: [yes, true] }, mirror: [sensor]',
      'write it in quotes: "true"',
    ],
    [
      'text for an account',
      'name: r, when: { account: 012345678901 }, mirror: [sensor]',
      'write it in quotes: "012345678901"',
    ],
    ['a value', 'name: r, when: { tag: a, equals: }, mirror: [sensor]', '`equals` must not be empty'],
  ])('needs %s', (_, keys, message) => {
    expect(problemsOf(withRule(keys))).toEqual([expect.stringContaining(message)]);
  });

  it('has a name of its own', () => {
    const rule = '  - { name: r, when: { tag: a }, mirror: [sensor, tap] }\n';
    expect(problemsOf(withDestinations(`rules:\n${rule}${rule}`))).toEqual([
      '8:13 rules[1].name: rules[0] is named `r` too; each rule has a name of its own',
    ]);
  });
});
