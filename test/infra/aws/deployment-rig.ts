import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { newApp } from '../../../infra/aws/new-app.ts';
import { loadSettings, type Settings } from '../../../infra/aws/settings.ts';
import { addStacks } from '../../../infra/aws/stacks.ts';

/** The settings that have everything. */
export const EXAMPLE: Settings = loadSettings('infra/aws/tapkeeper.aws.example.yaml', null).settings;

/** The settings that have nothing but what there must be. */
export const SMALLEST: Settings = {
  ...EXAMPLE,
  scopes: [EXAMPLE.scopes[0]],
  members: null,
  notify: null,
  launchHooks: 'left',
  destination: null,
};

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}

/** What was synthesised: templates by the stacks' names, and the folder with them and the assets. */
export interface Synthesised {
  readonly folder: string;
  readonly templates: ReadonlyMap<string, Template>;
}

/** A folder with what stands for the Lambdas' bundles, so that nothing has to be built. */
export function stubBundles(folder: string): string {
  for (const name of ['on-change', 'sweep', 'resync']) {
    mkdirSync(join(folder, name, 'later'), { recursive: true });
    writeFileSync(join(folder, name, 'index.js'), `exports.handler = async () => '${name}';\n`);
    writeFileSync(join(folder, name, 'later', 'parse.js'), '');
  }
  return folder;
}

/** Synthesises all stacks of settings, in folders that are removed by what is returned second. */
export function synthesise(settings: Settings): readonly [Synthesised, () => void] {
  const folder = mkdtempSync(join(tmpdir(), 'tapkeeper-synth-'));
  const app = newApp({ outdir: join(folder, 'out') });
  addStacks(app, settings, stubBundles(join(folder, 'bundles')));
  app.synth();
  const stacks = app.node.children.filter((child) => 'stackName' in child) as unknown as readonly Stack[];
  const templates = new Map(stacks.map((stack) => [stack.stackName, Template.fromStack(stack)]));
  return [{ folder: join(folder, 'out'), templates }, () => rmSync(folder, { recursive: true })];
}

export function templateOf({ templates }: Synthesised, name: string): Template {
  const template = templates.get(name);
  if (template === undefined) throw new Error(`there is no stack ${name}, only ${[...templates.keys()].join(', ')}`);
  return template;
}

/** The resources of a type, by their logical ids. */
export const resourcesOf = (template: Template, type: string): Readonly<Record<string, Resource>> =>
  template.findResources(type) as Readonly<Record<string, Resource>>;

/** Every resource of a template, by its logical id. */
export const allOf = (template: Template): Readonly<Record<string, Resource>> =>
  (template.toJSON() as { readonly Resources: Readonly<Record<string, Resource>> }).Resources;

/** The value at a path, whatever it is. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<string | number, unknown>)[key] : undefined,
    value,
  );
}

export const listAt = (value: unknown, ...path: readonly (string | number)[]): readonly unknown[] => {
  const found = at(value, ...path);
  if (found === undefined) return [];
  return Array.isArray(found) ? found : [found];
};

/** A text as CloudFormation would make it, as far as queues and ARNs need it. */
export function resolveText(template: Template, value: unknown): string {
  if (typeof value === 'string') return value;
  const parts = at(value, 'Fn::Join', 1);
  if (Array.isArray(parts))
    return parts.map((part) => resolveText(template, part)).join(String(at(value, 'Fn::Join', 0)));
  const name = at(value, 'Ref');
  if (name === 'AWS::Partition') return 'aws';
  const queue = at(allOf(template), String(name), 'Properties', 'QueueName');
  if (typeof queue === 'string') return `https://sqs.${EXAMPLE.region}.amazonaws.com/${EXAMPLE.account}/${queue}`;
  throw new Error(`what ${JSON.stringify(value)} comes to is not known here`);
}
