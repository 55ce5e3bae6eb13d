import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Lock, readLock, withoutDevelopment } from '../../../tools/package/locked.ts';
import { readManifest } from '../../../tools/package/manifest.ts';
import { toSbom } from '../../../tools/package/sbom.ts';
import { ROOT } from '../../../tools/root.ts';

interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
}

interface Bom {
  readonly serialNumber: string;
  readonly metadata: { readonly timestamp?: string; readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

const make = async (epoch: string | null): Promise<string> => {
  const manifest = await readManifest(join(ROOT, 'package.json'));
  return Buffer.from(await toSbom(manifest, await readLock(join(ROOT, 'package-lock.json')), epoch)).toString();
};

let text: string;
let bom: Bom;
let lock: Lock;

beforeAll(async () => {
  text = await make(null);
  bom = JSON.parse(text) as Bom;
  lock = await readLock(join(ROOT, 'package-lock.json'));
});

/** What a reader of the document goes by: https://cyclonedx.org/docs/1.5/json/. */
const COMPONENT = {
  type: 'object',
  properties: {
    'bom-ref': { type: 'string', minLength: 1 },
    type: { const: 'library' },
    name: { type: 'string', minLength: 1 },
    version: { type: 'string', pattern: '^[0-9]+[.][0-9]+[.][0-9]+' },
    purl: { type: 'string', pattern: '^pkg:npm/' },
    licenses: { type: 'array', minItems: 1 },
    hashes: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        properties: { alg: { const: 'SHA-512' }, content: { type: 'string', pattern: '^[0-9a-f]{128}$' } },
        required: ['alg', 'content'],
      },
    },
  },
  required: ['bom-ref', 'type', 'name', 'version', 'purl', 'licenses'],
} as const;

const BOM = {
  type: 'object',
  properties: {
    $schema: { const: 'http://cyclonedx.org/schema/bom-1.5.schema.json' },
    bomFormat: { const: 'CycloneDX' },
    specVersion: { const: '1.5' },
    serialNumber: {
      type: 'string',
      pattern: '^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
    },
    version: { const: 1 },
    metadata: { type: 'object', properties: { component: COMPONENT }, required: ['component'] },
    components: {
      type: 'array',
      uniqueItems: true,
      items: { ...COMPONENT, required: [...COMPONENT.required, 'hashes'] },
    },
    dependencies: { type: 'array' },
  },
  required: ['bomFormat', 'specVersion', 'serialNumber', 'version', 'metadata', 'components', 'dependencies'],
} as const;

describe('the bill of materials', () => {
  it('is CycloneDX', () => {
    const isValid = new Ajv2020({ strict: true, allErrors: true }).compile(BOM);

    expect([isValid(bom), isValid.errors]).toEqual([true, null]);
    expect(bom.metadata.component).toMatchObject({ name: 'tapkeeper', 'bom-ref': expect.any(String) as unknown });
  });

  it('has every package that npm marks as shipped, and no other', () => {
    type Marked = { dev?: boolean; devOptional?: boolean; optional?: boolean; link?: boolean; version?: string };
    const shipped = Object.entries(lock.packages as Readonly<Record<string, Marked>>)
      .filter(
        ([path, { dev, devOptional, optional, link }]) => path !== '' && !(dev || devOptional || optional || link),
      )
      .map(([path, { version }]) => `${path.split('node_modules/').at(-1)}@${version}`);

    const listed = bom.components.map(({ name, version }) => `${name}@${version}`);
    expect([...listed].sort()).toEqual([...new Set(shipped)].sort());
    expect(listed).toContain('yaml@2.9.1');
    expect(listed.filter((name) => /^(vitest|aws-cdk|fauxqs|typescript)/.test(name))).toEqual([]);
  });

  it('depends only on what it lists', () => {
    const refs = new Set([bom.metadata.component, ...bom.components].map((component) => component['bom-ref']));
    const named = bom.dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]);

    expect(named.filter((ref) => !refs.has(ref))).toEqual([]);
  });

  it('names no host and no path', () => {
    const withoutSchema = text.replace('http://cyclonedx.org/schema/bom-1.5.schema.json', '');

    expect(withoutSchema).not.toMatch(/https?:|file:|"\/|registry|distribution/);
  });

  it('is the same for the same lock, and tells a time only when it is told one', async () => {
    expect(await make(null)).toBe(text);
    expect(bom.metadata.timestamp).toBeUndefined();
    const told = JSON.parse(await make('0')) as Bom;
    expect(told.metadata.timestamp).toBe('1970-01-01T00:00:00.000Z');
  });
});

describe('a lock without what is for development', () => {
  const shippedOf = (packages: Lock['packages']): readonly string[] =>
    Object.keys(withoutDevelopment({ packages }).packages);

  it('keeps what both need', () => {
    const both = {
      '': { dependencies: { a: '1' }, devDependencies: { b: '1' } },
      'node_modules/a': { dependencies: { c: '1' } },
      'node_modules/b': { dependencies: { c: '1', d: '1' } },
      'node_modules/c': {},
      'node_modules/d': {},
    };
    expect(shippedOf(both)).toEqual(['', 'node_modules/a', 'node_modules/c']);
    expect(withoutDevelopment({ packages: both }).packages['']).toEqual({ dependencies: { a: '1' } });
  });

  it('takes the copy that Node would', () => {
    const copies = {
      '': { dependencies: { a: '1' } },
      'node_modules/a': { dependencies: { c: '2' } },
      'node_modules/a/node_modules/c': { dependencies: { d: '1' } },
      'node_modules/c': {},
      'node_modules/d': {},
    };
    expect(shippedOf(copies)).toEqual(['', 'node_modules/a', 'node_modules/a/node_modules/c', 'node_modules/d']);
  });

  it('leaves out peers that may be left out', () => {
    const peers = {
      '': { dependencies: { a: '1' } },
      'node_modules/a': { peerDependencies: { b: '1', c: '1' }, peerDependenciesMeta: { c: { optional: true } } },
      'node_modules/b': {},
      'node_modules/c': {},
    };
    expect(shippedOf(peers)).toEqual(['', 'node_modules/a', 'node_modules/b']);
  });
});
