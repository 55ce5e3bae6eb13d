import { readFileSync } from 'node:fs';
import { toJsonSchema } from '@valibot/to-json-schema';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { format } from 'prettier';
import { describe, expect, test } from 'vitest';
import { printSnapshot } from '../../cli/snapshot-file.ts';
import { SnapshotSchema } from '../../cli/snapshot-schema.ts';
import { printPlanJson } from '../../shared/print/json.ts';
import { DETACHES, HOLDS, NOTES } from '../../shared/reason.ts';
import { toInstant } from '../../shared/ids.ts';
import { AWS_PLAN, AWS_WORLD, AZURE_PLAN } from '../shared/print/fixed-plan.ts';
import { toWorld } from '../world.ts';

const pathOf = (name: string): string => `${import.meta.dirname}/../../schemas/${name}.schema.json`;

function compile(name: string): ValidateFunction {
  const schema = JSON.parse(readFileSync(pathOf(name), 'utf8')) as object;
  return new Ajv2020({ strict: true, strictTypes: false, allErrors: true }).compile(schema);
}

describe('schemas/plan.schema.json', () => {
  const isValid = compile('plan');

  test('describes what plan --json writes', () => {
    expect([isValid(JSON.parse(printPlanJson([AWS_PLAN, AZURE_PLAN]))), isValid.errors]).toEqual([true, null]);
  });

  test('refuses what a plan does not say', () => {
    const document = JSON.parse(printPlanJson([AWS_PLAN])) as { plans: { changes: object[] }[] };
    document.plans[0]?.changes.push({ kind: 'erase' });
    expect(isValid(document)).toBe(false);
  });

  test('knows every reason', () => {
    const { $defs } = JSON.parse(readFileSync(pathOf('plan'), 'utf8')) as {
      $defs: Record<string, { properties: Record<string, { enum?: readonly string[] }> }>;
    };
    expect($defs['hold']?.properties['code']?.enum).toEqual(Object.keys(HOLDS));
    expect($defs['note']?.properties['code']?.enum).toEqual(Object.keys(NOTES));
    expect($defs['detach']?.properties['because']?.enum).toEqual(Object.keys(DETACHES));
  });
});

describe('schemas/snapshot.schema.json', () => {
  test('is the schema that plan --from reads by', async () => {
    const schema = toJsonSchema(SnapshotSchema, {
      target: 'draft-2020-12',
      typeMode: 'input',
      ignoreActions: ['transform', 'check', 'brand'],
    });
    const titled = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'The inventory, as `tapkeeper snapshot` writes it and `plan --from` reads it',
      ...schema,
    };
    await expect(await format(JSON.stringify(titled), { parser: 'json', printWidth: 120 })).toMatchFileSnapshot(
      pathOf('snapshot'),
    );
  });

  test('describes what snapshot writes', () => {
    const isValid = compile('snapshot');
    const worlds = [
      AWS_WORLD,
      toWorld({ cloud: 'azure', filters: [], incomplete: [{ kind: 'targets', why: 'denied' }] }),
    ];
    const text = printSnapshot({ version: 1, takenAt: toInstant(0), worlds });
    expect([isValid(JSON.parse(text)), isValid.errors]).toEqual([true, null]);
    expect(isValid({ version: 1, takenAt: toInstant(0), worlds: [{}] })).toBe(false);
  });
});
