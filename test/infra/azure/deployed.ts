import { readFileSync } from 'node:fs';
import { getTemplate, readBicepFiles } from './bicep/files.ts';
import { deploy, toParams, type Deployment, type Order, type Write } from './bicep/deploy.ts';
import { record, type Value } from './bicep/deploy/functions.ts';

const files = await readBicepFiles();

const MAIN = 'infra/azure/main.bicep';
/** The subscription to which `main.bicep` is deployed; it is none of those that the example keeps. */
export const HOME = 'aaaaaaaa-0000-4000-8000-000000000000';
export const PRINCIPAL = '33333333-3333-3333-3333-333333333333';
export const CLIENT = '22222222-2222-2222-2222-222222222222';

/** What Azure would answer of a resource that it has just made, as far as others ask for it. */
function answersOf(id: string, type: string): Readonly<Record<string, Value>> {
  switch (type) {
    case 'Microsoft.ManagedIdentity/userAssignedIdentities':
      return { properties: { principalId: PRINCIPAL, clientId: CLIENT } };
    case 'Microsoft.EventGrid/systemTopics':
      return { identity: { type: 'SystemAssigned', principalId: `identity of ${id}` } };
    case 'Microsoft.Insights/components':
      return { properties: { ConnectionString: 'InstrumentationKey=0' } };
    case 'Microsoft.Storage/storageAccounts':
      return { properties: { primaryEndpoints: { blob: `https://${id.split('/').at(-1)}.blob.core.windows.net/` } } };
    case 'Microsoft.Web/sites':
      return { properties: { defaultHostName: `${id.split('/').at(-1)}.azurewebsites.net` } };
    default:
      return {};
  }
}

/** The parameters of `example.bicepparam`. */
export function exampleParams(): Readonly<Record<string, Value>> {
  const example = files.parameterFiles.get('infra/azure/example.bicepparam');
  if (example === undefined) throw new Error('There is no infra/azure/example.bicepparam.');
  return toParams(example);
}

/** What deploying `main.bicep` would write, with the example's parameters and those that are given instead. */
export const deployMain = (
  given: Readonly<Record<string, Value>> = {},
  home: string = HOME,
  inOrder: NonNullable<Order['inOrder']> = 'as declared',
): Deployment =>
  deploy({
    files,
    file: MAIN,
    place: { subscription: home, group: null, location: 'eastus' },
    params: { ...exampleParams(), ...given },
    answers: answersOf,
    inOrder,
  });

export const mainTemplate = getTemplate(files, 'main.bicep');

export const writesOf = ({ writes }: Deployment, type: string): readonly Write[] =>
  writes.filter((write) => write.type === type);

/** The one resource of a type whose id ends in something. */
export function getWrite(deployment: Deployment, type: string, end = ''): Write {
  const [found, ...others] = writesOf(deployment, type).filter(({ id }) => id.endsWith(end));
  if (found === undefined || others.length > 0) {
    throw new Error(
      `The deployment writes ${found === undefined ? 0 : others.length + 1} of ${type} that end in ${end}.`,
    );
  }
  return found;
}

export const propertiesOf = ({ body }: Write): Readonly<Record<string, Value>> => record(body['properties']);

/** A file of the repository, by its path from the root. */
export const readSource = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
