import type { BicepFiles } from '../files.ts';
import { allIn, type Expression } from '../expression.ts';
import type { Template } from '../template.ts';
import { at, callsOf, everyExpression } from './every-expression.ts';

/** Nothing reads a key: what can be reached with one is reached with an identity. */
export function checkKeys({ templates }: BicepFiles): readonly string[] {
  return [...templates.values()].flatMap((template) => [
    ...callsOf(template)
      .filter(({ name }) => /^list[A-Z]/.test(name))
      .map(({ name, line }) => at(template, line, `${name}() reads a key`)),
    ...textsOf(template)
      .filter(({ text }) => /AccountKey=|SharedAccess|sig=/i.test(text))
      .map(({ line }) => at(template, line, 'a connection with a key')),
  ]);
}

const SECRET = /connectionString|instrumentationKey|password|secret|accessKey|primaryKey|sasToken/i;

/** Outputs stay readable in the deployment's history: none holds a secret, or what leads to one. */
export function checkOutputs({ templates }: BicepFiles): readonly string[] {
  return [...templates.values()].flatMap((template) =>
    template.outputs.flatMap(({ name, value, line, decorators }) => {
      const secrets = new Set(template.parameters.filter(({ secrecy }) => secrecy === 'secret').map((one) => one.name));
      const told = reachedFrom(value, template).find((expression) => isSecret(expression, secrets));
      const isSecure = decorators.some((decorator) => decorator.name === 'secure');
      if (told !== undefined) return [at(template, line, `${name} tells ${told.source}`)];
      return isSecure ? [at(template, line, `${name} is a secret`)] : [];
    }),
  );
}

/** The parts of an expression, and of the variables that it uses. */
function reachedFrom(
  expression: Expression,
  template: Template,
  seen: ReadonlySet<string> = new Set(),
): readonly Expression[] {
  return allIn(expression).flatMap((part) => {
    if (part.kind !== 'name' || seen.has(part.name)) return [part];
    const variable = template.variables.find(({ name }) => name === part.name);
    return variable === undefined
      ? [part]
      : [part, ...reachedFrom(variable.value, template, new Set([...seen, part.name]))];
  });
}

function isSecret(expression: Expression, secrets: ReadonlySet<string>): boolean {
  if (expression.kind === 'name') return secrets.has(expression.name);
  if (expression.kind === 'call') return /^list[A-Z]/.test(expression.name);
  return expression.kind === 'member' && SECRET.test(expression.name);
}

/** https://learn.microsoft.com/azure/azure-resource-manager/bicep/linter-rule-no-hardcoded-environment-urls */
const HOSTS = [
  'gallery.azure.com',
  'management.core.windows.net',
  'management.azure.com',
  'database.windows.net',
  'core.windows.net',
  'login.microsoftonline.com',
  'graph.windows.net',
  'trafficmanager.net',
  'datalake.azure.net',
  'azuredatalakestore.net',
  'azuredatalakeanalytics.net',
  'vault.azure.net',
  'api.loganalytics.io',
  'asazure.windows.net',
  'region.asazure.windows.net',
  'batch.core.windows.net',
];

/** Addresses that differ from cloud to cloud come from `environment()`. */
export function checkAddresses({ templates }: BicepFiles): readonly string[] {
  return [...templates.values()].flatMap((template) =>
    textsOf(template).flatMap(({ text, line }) => {
      const host = HOSTS.find((one) => text.toLowerCase().includes(one));
      return host === undefined ? [] : [at(template, line, `${host} is written out: ask environment()`)];
    }),
  );
}

function textsOf(template: Template): readonly { readonly text: string; readonly line: number }[] {
  return everyExpression(template).flatMap((expression) => {
    const { line } = expression;
    if (expression.kind === 'literal')
      return typeof expression.value === 'string' ? [{ text: expression.value, line }] : [];
    if (expression.kind !== 'text') return [];
    return expression.parts.flatMap((part) => (typeof part === 'string' ? [{ text: part, line }] : []));
  });
}
