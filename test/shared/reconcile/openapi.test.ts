import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Fault } from '../../../shared/fault.ts';
import type { Cloud } from '../../../shared/words.ts';
import { MOST_INLINE, resync } from '../../../shared/reconcile/resync.ts';
import { DEFAULT_LIMIT, HIGHEST_LIMIT, LONGEST_BODY, parseRequest } from '../../../shared/reconcile/resync/request.ts';
import { MOST_IDS } from '../../../shared/reconcile/resync/selection.ts';
import { toWorld } from '../../world.ts';
import { AZURE_CONFIG, azureFleet } from './azure-fleets.ts';
import { CONFIG, digits, fleet, ours, retagged } from './fleets.ts';
import { harness } from './harness.ts';
import { type Schema, violations } from './json-schema.ts';

interface Example {
  readonly value: unknown;
}
interface Content {
  readonly schema: Schema;
  readonly examples?: Readonly<Record<string, Example>>;
}
interface Message {
  readonly description: string;
  readonly content?: Readonly<Record<string, Content>>;
}
interface Description {
  readonly paths: {
    readonly '/': {
      readonly post: { readonly requestBody: Message; readonly responses: Readonly<Record<string, Message>> };
    };
  };
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const text = readFileSync(new URL('../../../docs/openapi.yaml', import.meta.url), 'utf8');
const root = parse(text) as Description & Schema;
const { requestBody, responses } = root.paths['/'].post;

const examplesOf = ({ content }: Message): readonly (readonly [string, unknown, Schema])[] =>
  Object.values(content ?? {}).flatMap(({ schema, examples = {} }) =>
    Object.entries(examples).map(([name, { value }]) => [name, value, schema] as const),
  );

const isValid = (value: unknown, cloud: Cloud): boolean => parseRequest(JSON.stringify(value), cloud).kind === 'valid';
const schemaOf = (name: string): Schema => {
  const schema = root.components.schemas[name];
  if (schema === undefined) throw new Error(`no schema ${name}`);
  return schema;
};

describe('the description of resync', () => {
  it.each(examplesOf(requestBody))('has an example %s that the parser reads', (_name, value, schema) => {
    expect(violations(schema, value, root)).toEqual([]);
    expect([isValid(value, 'aws'), isValid(value, 'azure')]).toContain(true);
  });

  it.each(
    Object.entries(responses).flatMap(([status, response]) =>
      examplesOf(response).map((one) => [status, ...one] as const),
    ),
  )('has an example of %s, %s, that is as its schema says', (status, _name, value, schema) => {
    expect(violations(schema, value, root)).toEqual([]);
    const said = (value as { readonly status?: number }).status;
    expect(said ?? Number(status)).toBe(Number(status));
  });

  const machines = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `i-${digits(at)}`);
  it.each([
    [{ scope: 'everything', mode: 'plan' }],
    [{ scope: 'everything', mode: 'plan', limit: HIGHEST_LIMIT, cursor: 'from-0', lift: [] }],
    [{ scope: { machines: machines(MOST_IDS) }, mode: 'apply' }],
    [{ scope: { machines: machines(MOST_IDS + 1) }, mode: 'apply' }],
    [{ scope: { machines: [] }, mode: 'apply' }],
    [{ scope: { machines: ['i-1'] }, mode: 'apply' }],
    [{ scope: { machines: machines(1), interfaces: [] }, mode: 'apply' }],
    [{ scope: { interfaces: machines(1) }, mode: 'apply' }],
    [{ scope: 'all', mode: 'plan' }],
    [{ scope: 'everything' }],
    [{ mode: 'plan' }],
    [{ scope: 'everything', mode: 'enforce' }],
    [{ scope: 'everything', mode: 'plan', dryRun: true }],
    [{ scope: 'everything', mode: 'plan', limit: 0 }],
    [{ scope: 'everything', mode: 'plan', limit: HIGHEST_LIMIT + 1 }],
    [{ scope: 'everything', mode: 'plan', cursor: '5' }],
    [{ scope: 'everything', mode: 'plan', expects: 'abc' }],
    [{ scope: 'everything', mode: 'plan', lift: ['guard'] }],
    [{ scope: 'everything', mode: 'plan', account: 'me' }],
    [{ scope: 'everything', mode: 'plan', account: '11111111-2222-3333-4444-555555555555', region: 'us east' }],
    [['scope', 'mode']],
  ])('agrees with the parser about %j', (body) => {
    expect(isValid(body, 'aws')).toBe(violations(schemaOf('Request'), body, root).length === 0);
  });

  it.each([
    ['200 of a plan', { scope: 'everything', mode: 'plan' }, 200],
    ['200 of an apply', { scope: { machines: machines(8) }, mode: 'apply' }, 200],
    ['202', { scope: 'everything', mode: 'apply' }, 202],
    ['400', { scope: 7 }, 400],
    ['403', { scope: 'everything', mode: 'apply', lift: ['all'] }, 403],
    ['409', { scope: 'everything', mode: 'apply', expects: '0'.repeat(64) }, 409],
  ])('says what is really answered: %s', async (_name, body, status) => {
    const sessions = [ours(0, 'tcp'), ours(1, 'udp'), { ...ours(2, 'tcp'), target: 'tmt-udp' }];
    const world = retagged(fleet(60, [], sessions), (at) => (at === 0 ? [] : ['tcp']));
    const h = harness(CONFIG, world);
    h.cloud.onApply = (change) => {
      if (change.source === `eni-${digits(3)}`) return { kind: 'gone', change, detail: 'no such interface' };
      return change.source === `eni-${digits(4)}`
        ? { kind: 'failed', change, code: 'quota', detail: 'too many' }
        : null;
    };

    const answer = await resync(h.deps, {
      body: JSON.stringify(body),
      mayLift: 'no',
      correlation: 'call-1',
      endsAtMs: null,
    });

    expect(answer.status).toBe(status);
    const schema = responses[String(status)]?.content?.[answer.contentType]?.schema;
    expect(schema).toBeDefined();
    expect(violations(schema ?? {}, JSON.parse(answer.body), root)).toEqual([]);
  });

  it.each([
    ['200, with whom it interrupted', 2, 200],
    ['202, with what waits', 120, 202],
  ])('says what is really answered on Azure: %s', async (_name, count, status) => {
    const config = { ...AZURE_CONFIG, interruption: { ...AZURE_CONFIG.interruption, inFlight: 1 } };
    const h = harness(config, azureFleet(count, { state: (at) => (at === 0 || count > 2 ? 'running' : 'stopped') }));

    const body = JSON.stringify({ scope: 'everything', mode: 'apply' });
    const answer = await resync(h.deps, { body, mayLift: 'no', correlation: 'call-1', endsAtMs: null });

    expect(answer.status).toBe(status);
    const schema = responses[String(status)]?.content?.[answer.contentType]?.schema;
    expect(violations(schema ?? {}, JSON.parse(answer.body), root)).toEqual([]);
    expect(JSON.parse(answer.body)).toHaveProperty('plans.0.interruptions.0.times', 1);
  });

  it.each([
    ['200', 'us-west-2', 200],
    ['503', '', 503],
  ])('says what is really answered when not everything can be read: %s', async (_name, unread, status) => {
    const west = { ...fleet(1, ['tcp']), scope: toWorld({ region: 'us-west-2' }).scope };
    const h = harness(CONFIG, fleet(1, ['tcp']), west);
    h.cloud.onRead = ({ region }) => {
      if (region?.includes(unread)) throw new Fault('denied', 'not allowed');
    };
    const body = JSON.stringify({ scope: 'everything', mode: 'apply' });

    const answer = await resync(h.deps, { body, mayLift: 'no', correlation: 'call-1', endsAtMs: null });

    expect(answer.status).toBe(status);
    expect(answer.body).toContain('not allowed');
    const schema = responses[String(status)]?.content?.[answer.contentType]?.schema;
    expect(violations(schema ?? {}, JSON.parse(answer.body), root)).toEqual([]);
  });

  it('says the limits that hold', () => {
    expect(requestBody.description).toContain(LONGEST_BODY.toLocaleString('en-US'));
    expect(responses['200']?.description).toContain(`Up to ${MOST_INLINE} changes`);
    expect(schemaOf('Request')).toMatchObject({
      properties: { limit: { maximum: HIGHEST_LIMIT, default: DEFAULT_LIMIT } },
    });
    expect(schemaOf('MachineIds')).toMatchObject({ maxItems: MOST_IDS });
  });
});
