import { describe, expect, test } from 'vitest';
import { printSnapshot } from '../../cli/snapshot-file.ts';
import { readArguments } from '../../cli/arguments.ts';
import type { Io } from '../../cli/io.ts';
import { chooseScopes, readScopes, SCOPE_ARGS } from '../../cli/scopes.ts';
import { toInstant } from '../../shared/ids.ts';
import { toScopeKey } from '../../shared/reconcile/scope.ts';
import { toWorld } from '../world.ts';
import { fileOf, run, RULES } from './run.ts';

const [ONE, TWO, AZURE] = ['111111111111', '222222222222', '00000000-0000-4000-8000-000000000000'];

const ENV = {
  TAPKEEPER_SCOPES: `${ONE}:us-east-1,${ONE}:eu-west-1,${TWO}:us-east-1,${ONE}:us-east-1`,
  TAPKEEPER_SUBSCRIPTIONS: AZURE,
};

const scopesOf = (typed: readonly string[], env: Io['env'] = ENV): readonly string[] =>
  readScopes(readArguments(SCOPE_ARGS, typed), { env }).map(toScopeKey);

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
  ])('with %j is %j', (typed, expected) => {
    expect(scopesOf(typed)).toEqual(expected);
  });

  test.each([
    [['--account', '333333333333'], `nothing of 333333333333 is in what is configured`],
    [['--account', '333333333333'], `it holds ${ONE}:us-east-1, ${ONE}:eu-west-1`],
    [['--region', 'us-west-2'], 'nothing of us-west-2 is in what is configured'],
    [['--account', '12345'], '--account 12345: write the 12 digits'],
    [['--region', 'useast1'], '--region useast1: write an AWS region, as us-east-1'],
    [['--account', AZURE, '--region', 'us-east-1'], `name it with --scope ${AZURE}`],
    [['--account', ONE, '--scope', `${ONE}:us-east-1`], '--scope names account and region already'],
  ])('with %j is an error that says %j', (typed, said) => {
    expect(() => scopesOf(typed)).toThrow(said);
  });

  test('with an account where nothing is configured is an error', () => {
    expect(() => scopesOf(['--account', ONE], {})).toThrow('it holds no scope');
  });

  test('of a snapshot is what it holds', () => {
    const held = readScopes(readArguments(SCOPE_ARGS, []), { env: ENV });
    const chosen = (...typed: string[]): readonly string[] =>
      chooseScopes(readArguments(SCOPE_ARGS, typed), held, 'fleet.json').map(toScopeKey);
    expect(chosen('--account', TWO)).toEqual([`${TWO}:us-east-1`]);
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
