import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { loadSettings } from '../../../infra/aws/settings.ts';
import { addStacks } from '../../../infra/aws/stacks.ts';
import type { AwsCloud } from '../../../local/aws/aws-cloud.ts';
import type { Policy } from '../../../local/aws/policy/decide.ts';
import { type Files, readFolder } from '../../../tools/package/files.ts';

/** A function, as the template describes it and CloudFormation would make it in a cloud. */
export interface DescribedFunction {
  readonly name: string;
  readonly handler: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly roleName: string;
  /** What the role may do. */
  readonly policy: Policy;
}

/** The stack of a deployment. */
export interface DeployedStack {
  /** The function of a bundle, with what the template refers to in its place. */
  functionOf(bundle: string, cloud: AwsCloud): DescribedFunction;
  /** What is deployed as the function's code. */
  codeOf(bundle: string): Promise<Files>;
}

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

interface FunctionProperties {
  readonly FunctionName: string;
  readonly Handler: string;
  readonly MemorySize: number;
  readonly Timeout: number;
  readonly Environment: { readonly Variables: Readonly<Record<string, string>> };
  readonly Role: { readonly 'Fn::GetAtt': readonly [string, 'Arn'] };
  readonly Code: { readonly S3Key: string };
}

interface PolicyProperties {
  readonly Roles: readonly { readonly Ref: string }[];
  readonly PolicyDocument: { readonly Statement: Policy };
}

type Resources = Readonly<Record<string, Resource>>;

/** The properties of the resources of a type. */
const propertiesOf = (resources: Resources, type: string): readonly unknown[] =>
  Object.values(resources).flatMap(({ Type, Properties }) => (Type === type ? [Properties] : []));

/** Puts in the place of references what they come to in a cloud. What the tests do not reach keeps its logical id. */
function resolve(value: unknown, resources: Resources, cloud: AwsCloud): unknown {
  if (Array.isArray(value)) return value.map((one) => resolve(one, resources, cloud));
  if (typeof value !== 'object' || value === null) return value;
  const { Ref: ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as Readonly<Record<string, unknown>>;
  if (ref === 'AWS::Partition') return 'aws';
  if (typeof ref === 'string') return queueOf(resources, ref, cloud)?.url ?? ref;
  if (Array.isArray(attribute)) return queueOf(resources, String(attribute[0]), cloud)?.arn ?? String(attribute[0]);
  if (Array.isArray(join)) return (resolve(join[1], resources, cloud) as readonly string[]).join(String(join[0]));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolve(one, resources, cloud)]));
}

/** The cloud's queue in the place of one of the template, by how its name ends. */
function queueOf(resources: Resources, id: string, { queues }: AwsCloud) {
  const name = resources[id]?.Properties['QueueName'];
  if (typeof name !== 'string') return null;
  if (name.endsWith('-events')) return queues.event;
  return name.endsWith('-bulk') ? queues.bulk : null;
}

/** Has the stack described for bundles and a rules file, with everything else as in the shortest settings. */
export async function describeStack(folder: string, bundles: string, rules: string): Promise<DeployedStack> {
  const settingsPath = join(folder, 'tapkeeper.aws.yaml');
  const lines = ["account: '123456789012'", 'region: us-east-1', 'rules: tapkeeper.yaml', 'mode: enforce'];
  await writeFile(settingsPath, lines.join('\n'));
  await writeFile(join(folder, 'tapkeeper.yaml'), rules);
  const outdir = join(folder, 'cdk');
  const app = new App({ analyticsReporting: false, autoSynth: false, outdir });
  addStacks(app, loadSettings(settingsPath, null).settings, bundles);
  const [stack] = app.synth().stacks;
  if (stack === undefined) throw new Error('describing the stack: there is none');
  const { Resources: resources } = stack.template as { readonly Resources: Resources };

  const find = (bundle: string): FunctionProperties => {
    const functions = propertiesOf(resources, 'AWS::Lambda::Function') as readonly FunctionProperties[];
    const found = functions.find(({ FunctionName }) => FunctionName === `${stack.stackName}-${bundle}`);
    if (found === undefined) throw new Error(`looking for ${bundle} in the template: it has no such function`);
    return found;
  };
  return {
    functionOf(bundle, cloud) {
      const { FunctionName, Handler, MemorySize, Timeout, Environment, Role } = find(bundle);
      const [role] = Role['Fn::GetAtt'];
      const policies = propertiesOf(resources, 'AWS::IAM::Policy') as readonly PolicyProperties[];
      const ofRole = policies.filter(({ Roles }) => Roles.some(({ Ref }) => Ref === role));
      return {
        name: FunctionName,
        handler: Handler,
        memoryMb: MemorySize,
        timeoutSeconds: Timeout,
        environment: resolve(Environment.Variables, resources, cloud) as Readonly<Record<string, string>>,
        roleName: String(resources[role]?.Properties['RoleName']),
        policy: ofRole.flatMap(({ PolicyDocument }) => resolve(PolicyDocument.Statement, resources, cloud) as Policy),
      };
    },
    async codeOf(bundle) {
      const { files } = JSON.parse(await readFile(join(outdir, `${stack.stackName}.assets.json`), 'utf8')) as {
        files: Readonly<Record<string, { readonly source: { readonly path: string } }>>;
      };
      const asset = files[find(bundle).Code.S3Key.replace(/\.zip$/, '')];
      if (asset === undefined) throw new Error(`looking for the code of ${bundle}: the template names no asset of it`);
      return readFolder(join(outdir, asset.source.path));
    },
  };
}
