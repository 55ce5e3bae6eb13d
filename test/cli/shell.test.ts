import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { toShellCommand } from '../../cli/shell.ts';

test('a shell takes each word as it was', () => {
  const words = ['tms-1', 'a b', "it's", '$HOME', '`id`', '"', '\\', ';', '&&', '*', 'line\nbreak', '', '#', '~', "''"];
  const said = execFileSync('sh', ['-c', toShellCommand(['printf', '%s\\0', ...words])], { encoding: 'utf8' });
  expect(said.split('\0').slice(0, -1)).toEqual(words);
});

test('what needs no quotes has none', () => {
  expect(toShellCommand(['aws', '--region', 'us-east-1', 'Key=a:b,Value=c'])).toBe(
    'aws --region us-east-1 Key=a:b,Value=c',
  );
});
