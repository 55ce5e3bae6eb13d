import type { Json, Resource } from './template.ts';

/** Where a stack is deployed. */
interface Place {
  readonly account: string;
  readonly region: string;
}

/** What CloudFormation would make of a template there. */
export interface Deployment {
  /** What the resources of a type are, but those whose condition is not met. */
  readonly propertiesOf: (type: string) => readonly Json[];
}

/**
 * A template with its parameters put in, as far as that is known before anything exists: attributes of resources stay
 * references.
 * @throws Error for a parameter without a value, or an intrinsic function that this does not know.
 */
export function deploy(template: Json, place: Place, given: Readonly<Record<string, string>>): Deployment {
  const resolve = resolverOf(template, place, given);
  const resources = Object.values(template['Resources'] as Readonly<Record<string, Resource>>);
  const made = resources.filter(({ Condition }) => Condition === undefined || resolve({ Condition }) === true);
  return {
    propertiesOf: (type) =>
      made.filter(({ Type }) => Type === type).map(({ Properties }) => resolve(Properties) as Json),
  };
}

type Resolve = (value: unknown) => unknown;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html */
function resolverOf(template: Json, { account, region }: Place, given: Readonly<Record<string, string>>): Resolve {
  const parameters = template['Parameters'] as Readonly<Record<string, Json>>;
  const conditions = template['Conditions'] as Json;
  const pseudo: Readonly<Record<string, string>> = {
    'AWS::Partition': 'aws',
    'AWS::AccountId': account,
    'AWS::Region': region,
  };
  const listOf = (value: unknown): readonly unknown[] => {
    const list = resolve(value);
    if (Array.isArray(list)) return list as readonly unknown[];
    throw new Error(`resolving ${JSON.stringify(value)}: a list is wanted`);
  };

  const functions: Readonly<Record<string, (argument: unknown) => unknown>> = {
    Ref: (name) => {
      const parameter = parameters[String(name)];
      if (parameter === undefined) return pseudo[String(name)] ?? { Ref: name };
      const value = given[String(name)] ?? parameter['Default'];
      if (typeof value !== 'string') throw new Error(`resolving ${String(name)}: the parameter has no value`);
      return parameter['Type'] === 'CommaDelimitedList' ? value.split(',') : value;
    },
    Condition: (name) => resolve(conditions[String(name)]),
    'Fn::GetAtt': (argument) => ({ 'Fn::GetAtt': argument }),
    'Fn::Join': (argument) => {
      const [separator, parts] = listOf(argument);
      return listOf(parts).join(String(separator));
    },
    'Fn::Select': (argument) => {
      const [at, list] = listOf(argument);
      return listOf(list)[Number(at)];
    },
    'Fn::Equals': (argument) => new Set(listOf(argument)).size === 1,
    'Fn::And': (argument) => listOf(argument).every((one) => one === true),
    'Fn::Not': (argument) => listOf(argument)[0] !== true,
  };

  const resolve: Resolve = (value) => {
    if (Array.isArray(value)) return value.map(resolve);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value as Json);
    const [[name, argument] = ['', null], ...others] = entries;
    const compute = others.length === 0 && typeof argument !== 'undefined' ? functions[name] : undefined;
    // A policy has a map by this name too.
    if (compute !== undefined && !(name === 'Condition' && typeof argument !== 'string')) return compute(argument);
    if (name.startsWith('Fn::')) throw new Error(`resolving ${name}: it is not known here`);
    return Object.fromEntries(entries.map(([key, one]) => [key, resolve(one)]));
  };
  return resolve;
}
