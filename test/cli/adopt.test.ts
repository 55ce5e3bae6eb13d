import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { printSnapshot } from '../../cli/snapshot-file.ts';
import { toInstant } from '../../shared/ids.ts';
import type { World } from '../../shared/words.ts';
import { toWorld, type WorldSketch } from '../world.ts';
import { fileOf, type Ran, run, RULES } from './run.ts';

const TARGET = 'tmt-0a45c694b91bcea54';
const FILTER = 'tmf-010db9a7d8056cc2d';

/** Machines that are wished to be mirrored, each with a session to the wished target and through the wished filter. */
const fleet = (sessions: NonNullable<WorldSketch['attachments']>): WorldSketch => ({
  machines: sessions.map(({ source }) => ({ id: `i-of-${source}`, tags: { mirror: 'soc' }, type: 'm6i.large' })),
  sources: sessions.map(({ source }) => ({ id: source, machine: `i-of-${source}` })),
  targets: [{ id: TARGET }],
  filters: [{ id: FILTER }],
  attachments: sessions,
});

const session = (name: string, more: object = {}) => ({
  id: `tms-${name}`,
  source: `eni-${name}`,
  target: TARGET,
  filter: FILTER,
  number: 100,
  ...more,
});

function adoptFrom(worlds: readonly World[], ...more: readonly string[]): Promise<Ran> {
  const from = fileOf(printSnapshot({ version: 1, takenAt: toInstant(0), worlds }), 'fleet.json');
  return run(['adopt', '--rules', fileOf(RULES), '--from', from, ...more]);
}

const adopt = (sketch: WorldSketch, ...more: readonly string[]): Promise<Ran> => adoptFrom([toWorld(sketch)], ...more);

/** What a shell that is given the text would call, word by word. */
function callsIn(script: string): readonly (readonly string[])[] {
  const told = (name: string): string => `${name}() { printf '%s\\0' "$@"; printf '\\n\\0'; }`;
  const input = `${told('aws')}\n${told('az')}\n${script}`;
  const said = execFileSync('/bin/sh', ['-eu'], { encoding: 'utf8', input, env: { PATH: '/nowhere' } });
  return said
    .split('\n\0')
    .slice(0, -1)
    .map((words) => words.split('\0').slice(0, -1));
}

const MARK = ['--tags', 'Key=tapkeeper:owner,Value=prod', 'Key=tapkeeper:mark,Value=v1'];

describe('adopt', () => {
  test('prints one command for all of a scope, and nothing else that a shell would run', async () => {
    const { code, out, err } = await adopt(fleet([session('b'), session('a')]));
    expect([code, err]).toEqual([0, '']);
    expect(callsIn(out)).toEqual([
      ['ec2', 'create-tags', '--region', 'us-east-1', '--resources', 'tms-a', 'tms-b', ...MARK],
    ]);
    expect(out).toContain('with credentials of account 123456789012');
  });

  test('says what would become of each then', async () => {
    const { out } = await adopt(fleet([session('a'), session('b', { number: 7, packetLength: 64 })]));
    expect(out).toMatch(/# tms-a .* of i-of-eni-a does what rule tagged wishes: soc\n# {3}then: stays as it is\n/);
    expect(out).toMatch(/# tms-b .*\n# {3}then: modify tms-b for soc: number 7 -> 100, packet length 64 -> none\n/);
  });

  test('says what would be held then', async () => {
    const { attachments = [], ...rest } = fleet([session('a', { number: 802 })]);
    const udp = session('a', { id: 'tms-before', number: 801, target: 'tmt-another', filter: 'tmf-udp' });
    const filters = [{ id: FILTER }, { id: 'tmf-udp', accepts: ['ingress 17'] }];
    const { out } = await adopt({ ...rest, filters, attachments: [...attachments, udp] });
    expect(out).toMatch(/# tms-a .*\n# {3}then: stays as it is, held would-preempt-theirs soc: .*tms-before/);
  });

  test('offers nothing that has the mark of another deployment, and says so', async () => {
    const { code, out } = await adopt(fleet([session('a', { owner: 'netops' }), session('b')]));
    expect(code).toBe(0);
    expect(out).toMatch(/# not offered: tms-a .*; it has the mark of the deployment netops, which would lose it\n/);
    expect(callsIn(out).flat()).toContain('tms-b');
    expect(callsIn(out).flat()).not.toContain('tms-a');
  });

  test('offers neither ours nor what no rule wishes', async () => {
    const unwished = { ...fleet([session('a')]), machines: [{ id: 'i-of-eni-a' }] };
    for (const sketch of [
      unwished,
      fleet([session('a', { owner: 'prod' })]),
      fleet([session('a', { target: 'tmt-1' })]),
    ]) {
      const { code, out } = await adopt(sketch);
      expect([code, out]).toEqual([0, '# AWS 123456789012 us-east-1: no session of others does what a rule wishes\n']);
    }
  });

  test('gives a call as many sessions as it takes', async () => {
    const names = Array.from({ length: 1001 }, (_none, at) => String(at).padStart(5, '0'));
    const calls = callsIn((await adopt(fleet(names.map((name) => session(name))))).out);
    const taken = calls.map((words) => words.filter((word) => word.startsWith('tms-')));
    expect(taken.map(({ length }) => length)).toEqual([1000, 1]);
    expect(taken.flat()).toEqual(names.map((name) => `tms-${name}`));
  });

  test('writes what it knows as JSON', async () => {
    const { out } = await adopt(fleet([session('a', { number: 7 }), session('b', { owner: 'netops' })]), '--json');
    expect(JSON.parse(out)).toMatchObject({
      version: 1,
      owner: 'prod',
      scopes: [
        {
          scope: { account: '123456789012', region: 'us-east-1' },
          incomplete: [],
          offered: [
            {
              attachment: { id: 'tms-a' },
              wishes: [{ destination: 'soc', rules: ['tagged'] }],
              after: { changes: [{ kind: 'modify', to: { number: 100 } }], holds: [] },
            },
          ],
          apart: [{ attachment: { id: 'tms-b' }, why: expect.stringContaining('netops') as string }],
          commands: [
            'aws ec2 create-tags --region us-east-1 --resources tms-a --tags Key=tapkeeper:owner,Value=prod Key=tapkeeper:mark,Value=v1',
          ],
        },
      ],
    });
  });

  test('exits with 4 when something was not read, and says what', async () => {
    const incomplete = [{ kind: 'filters', why: 'denied\nrm -rf /' }] as const;
    const { code, out } = await adopt({ ...fleet([session('a')]), incomplete });
    expect(code).toBe(4);
    expect(out).toContain(': as far as was read, 1 session of others does');
    expect(out).toContain('# ! incomplete: filters: denied\\u000arm -rf /\n');
    expect(callsIn(out)).toHaveLength(1);
  });

  test('keeps what a snapshot says within its comment', async () => {
    const { out } = await adopt(fleet([session('a', { source: 'eni-a\nexit 7' })]));
    expect(out).toContain('on eni-a\\u000aexit 7');
    expect(callsIn(out)).toHaveLength(1);
  });

  test.each(['tms-1\nrm', '--endpoint-url=http://evil', "tms-1';rm"])('refuses the session id %j', async (id) => {
    const { code, out, err } = await adopt(fleet([session('a', { id })]));
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('is no id that EC2 gives');
  });
});

describe('adopt on Azure', () => {
  const SUBSCRIPTION = '00000000-0000-4000-8000-000000000000';
  const GROUP = `/subscriptions/${SUBSCRIPTION}/resourcegroups/rg/providers`;
  const TAP = `${GROUP}/microsoft.network/virtualnetworktaps/soc`;
  const rules = RULES.replace(
    / {4}cloud: aws[^]*sessionNumber: 100/,
    `    cloud: azure\n    virtualNetworkTap: ${TAP}`,
  );

  const nic = (name: string): string => `${GROUP}/microsoft.network/networkinterfaces/${name}`;
  const vm = (name: string): string => `${GROUP}/microsoft.compute/virtualmachines/${name}`;
  /** What a vendor's guide has people make. */
  const byHand = (on: string, name = 'source-tap-config') => ({
    id: `${nic(on)}/tapconfigurations/${name}`,
    source: nic(on),
    target: TAP,
  });
  const fleetOf = (states: Readonly<Record<string, 'running' | 'stopped'>>): WorldSketch => ({
    cloud: 'azure',
    machines: Object.entries(states).map(([name, state]) => ({ id: vm(name), state, tags: { mirror: 'soc' } })),
    sources: Object.keys(states).map((name) => ({ id: nic(name), machine: vm(name) })),
    targets: [{ id: TAP }],
    attachments: Object.keys(states).map((name) => byHand(name)),
  });

  function adoptOn(sketch: WorldSketch, ...more: readonly string[]): Promise<Ran> {
    const text = printSnapshot({ version: 1, takenAt: toInstant(0), worlds: [toWorld(sketch)] });
    return run(['adopt', '--rules', fileOf(rules), '--from', fileOf(text, 'fleet.json'), ...more]);
  }
  const where = (name: string) => ['--subscription', SUBSCRIPTION, '--resource-group', 'rg', '--nic-name', name];
  const remade = (name: string) => [
    ['network', 'nic', 'vtap-config', 'delete', ...where(name), '--name', 'source-tap-config', '--yes'],
    ['network', 'nic', 'vtap-config', 'create', ...where(name), '--name', 'tapkeeper-v1-prod', '--vnet-tap', TAP],
  ];

  test('remakes each under our name, those that interrupt nobody first, and says whom it costs what', async () => {
    const { code, out, err } = await adoptOn(fleetOf({ a: 'running', b: 'stopped', c: 'running' }));
    expect([code, err]).toEqual([0, '']);
    expect(callsIn(out)).toEqual([...remade('b'), ...remade('a'), ...remade('c')]);
    expect(out).toContain('# this may interrupt the network of running machines, up to 60 s each time:');
    expect(out).toMatch(/a twice, \S*c twice\n# the first command interrupts nobody\n/);
    expect(out).toMatch(/source-tap-config .*does what rule tagged wishes: soc\n# {3}then: stays as it is\n/);
  });

  test('costs nothing where nothing runs', async () => {
    const { out } = await adoptOn(fleetOf({ a: 'stopped' }));
    expect(out).toContain('# this interrupts no machine, since none of them runs');
    expect(callsIn(out)).toEqual(remade('a'));
  });

  test('does not create ours when theirs could not be deleted', async () => {
    const { out } = await adoptOn(fleetOf({ a: 'running' }));
    const script = `az() { echo "$4"; test "$4" != delete; }\n${out}`;
    expect(() =>
      execFileSync('/bin/sh', ['-eu'], { encoding: 'utf8', input: script, env: { PATH: '/nowhere' } }),
    ).toThrow(expect.objectContaining({ stdout: 'delete\n' }) as Error);
  });

  test('counts each interface of a machine, as JSON too', async () => {
    const sketch = fleetOf({ a: 'running' });
    const second = { id: nic('a2'), machine: vm('a') };
    const { out } = await adoptOn(
      {
        ...sketch,
        sources: [...(sketch.sources ?? []), second],
        attachments: [...(sketch.attachments ?? []), byHand('a2')],
      },
      '--json',
    );
    expect(JSON.parse(out)).toMatchObject({
      scopes: [
        {
          interruptions: [{ machine: vm('a'), sources: [nic('a'), nic('a2')], times: 4 }],
          commands: [expect.stringMatching(/^az .* && az /) as string, expect.any(String) as string],
        },
      ],
    });
  });

  test('offers nothing of another deployment', async () => {
    const theirs = { ...byHand('a', 'tapkeeper-v1-netops'), owner: 'netops' };
    const { out } = await adoptOn({ ...fleetOf({ a: 'running' }), attachments: [theirs] });
    expect(out).toContain('it has the mark of the deployment netops');
    expect(callsIn(out)).toEqual([]);
  });

  test.each(['-x', 'a;rm', "a' rm", 'a&rm'])('refuses the name %j', async (name) => {
    const sketch = { ...fleetOf({ a: 'running' }), attachments: [byHand('a', name)] };
    const { code, out, err } = await adoptOn(sketch);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('is no id that Azure gives');
  });
});
