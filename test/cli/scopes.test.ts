import { describe, expect, test } from 'vitest';
import { printSnapshot } from '../../cli/snapshot-file.ts';
import { readArguments } from '../../cli/arguments.ts';
import type { Io } from '../../cli/io.ts';
import { chooseScopes, readScopes, SCOPE_ARGS, type See } from '../../cli/scopes.ts';
import { parseAccountId, toInstant } from '../../shared/ids.ts';
import { toScopeKey } from '../../shared/reconcile/scope.ts';
import type { Scope } from '../../shared/words.ts';
import { toWorld } from '../world.ts';
import { fileOf, run, RULES } from './run.ts';

const [ONE, TWO] = ['111111111111', '222222222222'];
const [AZURE, OTHER] = ['0', '9'].map((digit) => `${digit.repeat(8)}-0000-4000-8000-000000000000`) as [string, string];

const ENV = {
  TAPKEEPER_SCOPES: `${ONE}:us-east-1,${ONE}:eu-west-1,${TWO}:us-east-1,${ONE}:us-east-1`,
  TAPKEEPER_SUBSCRIPTIONS: AZURE,
};

/** What Azure says when it is asked for all subscriptions. */
const SEEN: readonly Scope[] = [AZURE, OTHER].map((id) => ({
  cloud: 'azure',
  account: parseAccountId(id),
  region: null,
}));

async function scopesOf(typed: readonly string[], env: Io['env'] = ENV, see: See = async () => SEEN) {
  return (await readScopes(readArguments(SCOPE_ARGS, typed), { env }, see)).map(toScopeKey);
}

const unasked: See = () => Promise.reject(new Error('Azure was asked'));

describe('what is looked at', () => {
  test.each([
    [[], [`${ONE}:us-east-1`, `${ONE}:eu-west-1`, `${TWO}:us-east-1`, AZURE]],
    [
      ['--account', ONE],
      [`${ONE}:us-east-1`, `${ONE}:eu-west-1`],
    ],
    [['--account', AZURE.toUpperCase()], [AZURE]],
    [
      ['--region', 'us-east-1'],
      [`${ONE}:us-east-1`, `${TWO}:us-east-1`],
    ],
    [
      ['--account', ONE, '--account', AZURE, '--cloud', 'aws'],
      [`${ONE}:us-east-1`, `${ONE}:eu-west-1`],
    ],
    [['--account', '333333333333', '--region', 'us-east-1'], ['333333333333:us-east-1']],
    [
      ['--account', `${ONE},${TWO}`, '--region', 'eu-west-1', '--region', 'ap-south-1'],
      [`${ONE}:eu-west-1`, `${ONE}:ap-south-1`, `${TWO}:eu-west-1`, `${TWO}:ap-south-1`],
    ],
    [['--scope', `${TWO}:us-gov-west-1`], [`${TWO}:us-gov-west-1`]],
  ])('with %j is %j', async (typed, expected) => {
    expect(await scopesOf(typed, ENV, unasked)).toEqual(expected);
  });

  test.each([
    [['--account', '*'], ENV, [AZURE, OTHER]],
    [['--scope', '*'], {}, [AZURE, OTHER]],
    [['--account', `*,${TWO}`], ENV, [AZURE, OTHER, `${TWO}:us-east-1`]],
    [['--account', '*', '--scope', `${ONE}:eu-west-1`], ENV, [AZURE, OTHER, `${ONE}:eu-west-1`]],
    [[], { TAPKEEPER_SCOPES: `${ONE}:us-east-1`, TAPKEEPER_SUBSCRIPTIONS: '*' }, [`${ONE}:us-east-1`, AZURE, OTHER]],
    [['--account', OTHER], { TAPKEEPER_SUBSCRIPTIONS: '*' }, [OTHER]],
  ] as const)('with %j and %j is every subscription that is seen: %j', async (typed, env, expected) => {
    expect(await scopesOf(typed, env)).toEqual(expected);
  });

  test.each([
    [['--scope', OTHER], [OTHER]],
    [['--cloud', 'aws'], [`${ONE}:us-east-1`]],
  ])('with %j asks Azure nothing, although every subscription is configured', async (typed, expected) => {
    const env = { TAPKEEPER_SCOPES: `${ONE}:us-east-1`, TAPKEEPER_SUBSCRIPTIONS: '*' };
    expect(await scopesOf(typed, env, unasked)).toEqual(expected);
  });

  test.each([
    [['--account', '333333333333'], `nothing of 333333333333 is in what is configured`],
    [['--account', '333333333333'], `it holds ${ONE}:us-east-1, ${ONE}:eu-west-1`],
    [['--region', 'us-west-2'], 'nothing of us-west-2 is in what is configured'],
    [['--account', '12345'], '--account 12345: write the 12 digits'],
    [['--region', 'useast1'], '--region useast1: write an AWS region, as us-east-1'],
    [['--account', AZURE, '--region', 'us-east-1'], `name it with --scope ${AZURE}`],
    [['--account', ONE, '--scope', `${ONE}:us-east-1`], '--scope names account and region already'],
  ])('with %j is an error that says %j', async (typed, said) => {
    await expect(scopesOf(typed)).rejects.toThrow(said);
  });

  test('with an account where nothing is configured is an error', async () => {
    await expect(scopesOf(['--account', ONE], {})).rejects.toThrow('it holds no scope');
  });

  test('of a snapshot is what it holds', async () => {
    const held = await readScopes(readArguments(SCOPE_ARGS, []), { env: ENV }, unasked);
    const chosen = (...typed: string[]): readonly string[] =>
      chooseScopes(readArguments(SCOPE_ARGS, typed), held, 'fleet.json').map(toScopeKey);
    expect(chosen('--account', TWO)).toEqual([`${TWO}:us-east-1`]);
    expect(chosen('--account', '*')).toEqual([AZURE]);
    expect(chosen('--scope', `${TWO}:us-east-1,${OTHER}`)).toEqual([`${TWO}:us-east-1`]);
    expect(chosen('--account', `${ONE},${TWO}`, '--region', 'eu-west-1')).toEqual([`${ONE}:eu-west-1`]);
    expect(() => chosen('--region', 'us-west-2')).toThrow('nothing of us-west-2 is in fleet.json');
  });
});

test('a plan of a snapshot takes --account and --region', async () => {
  const worlds = [toWorld({}), toWorld({ cloud: 'azure' })];
  const from = fileOf(printSnapshot({ version: 1, takenAt: toInstant(0), worlds }), 'fleet.json');
  const plan = (...typed: string[]) => run(['plan', '--rules', fileOf(RULES), '--from', from, ...typed]);
  expect((await plan('--region', 'us-east-1')).out).toMatch(/^AWS 123456789012 us-east-1 /);
  expect((await plan('--region', 'us-east-1')).out).toMatch(/\nPlan: nothing to do\.\n$/);
  expect(await plan('--account', ONE)).toMatchObject({ code: 1, out: '' });
});
