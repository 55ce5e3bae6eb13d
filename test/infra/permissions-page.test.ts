import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';
import { CALLS, needsOf } from '../../functions/arm/permissions.ts';
import { permissionsPage } from '../../infra/permissions-page.ts';
import { PERMISSIONS, type Permission } from '../../lambdas/ec2/permissions.ts';

const PATH = join(import.meta.dirname, '../../docs/permissions.md');
const page = await format(permissionsPage(), { ...(await resolveConfig(PATH)), parser: 'markdown' });

test('the page of permissions is the one that the code makes; else: npx vitest run test/infra/permissions-page.test.ts --update', async () => {
  await expect(page).toMatchFileSnapshot(PATH);
});

test('the page names everything that a call needs', () => {
  const aws = Object.values<Permission>(PERMISSIONS).flatMap((one) => [
    one.action,
    ...one.also.map(({ action }) => action),
  ]);
  const azure = Object.values(CALLS).flatMap(needsOf);
  for (const name of [...aws, ...azure]) expect(page).toContain(`\`${name}\``);
});

test('nothing of the page allows all actions of a service', () => {
  expect(page).not.toMatch(/"[\w.-]+[:/]\*"|"\*:?\*?",?\n\s+"Resource"/);
});
