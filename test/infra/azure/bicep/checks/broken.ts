/** Files in which nothing is wrong; their README names nothing. */
export const SOUND: Readonly<Record<string, string>> = {
  'infra/azure/main.bicep': `targetScope = 'subscription'

@description('The owner.')
param owner string

@description('How it works.')
@allowed(['observe', 'enforce'])
param mode string = 'observe'

@description('What a person knows.')
@secure()
param password string

@description('The sizes.')
param sizes size[] = []

type size = {
  name: string
  count: int?
  limit: limit?
}

@discriminator('kind')
type limit = { kind: 'none' } | { kind: 'some', limit: int }

var groupName = 'tapkeeper-\${owner}'

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: groupName
  location: deployment().location
}

resource network 'Microsoft.Network/virtualNetworks@2025-05-01' existing = {
  name: 'network'
  scope: resourceGroup('shared')
}

module part 'parts/part.bicep' = {
  name: 'part'
  scope: group
  params: {
    name: owner
    mode: mode
    count: 1
    sizes: sizes
    password: password
    near: network.id
  }
}

@description('The id of the part.')
output partId string = part.outputs.id
`,
  'infra/azure/parts/part.bicep': `@description('The name.')
param name string

@description('How it works.')
param mode 'observe' | 'enforce'

@description('How many.')
param count int

@description('The sizes.')
param sizes array

@description('What a person knows.')
@secure()
param password string

@description('What is near.')
param near string?

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: name
  location: resourceGroup().location
  tags: {
    mode: mode
    count: string(count + length(sizes))
    digest: uniqueString(password)
    near: near ?? ''
    suffix: environment().suffixes.storage
  }
}

resource queues 'Microsoft.Storage/storageAccounts/queueServices@2024-01-01' = {
  parent: account
  name: 'default'
}

@description('The id.')
output id string = '\${queues.id}'
`,
  'infra/azure/example.bicepparam': `using './main.bicep'

var password = readEnvironmentVariable('PASSWORD')

param owner = 'soc'
param password = password
param sizes = [
  {
    name: 'small'
  }
]
`,
};

/** The types that the sound files use. */
export const SOUND_TYPES = [
  ['Microsoft.Resources/resourceGroups', '2024-03-01', 'resources'],
  ['Microsoft.Network/virtualNetworks', '2025-05-01', 'network'],
  ['Microsoft.Storage/storageAccounts', '2024-01-01', 'storage'],
  ['Microsoft.Storage/storageAccounts/queueServices', '2024-01-01', 'storage'],
].map(([type = '', version = '', folder = '']) => ({
  type,
  version,
  state: 'generally available' as const,
  scopes: [type.endsWith('resourceGroups') ? ('subscription' as const) : ('resourceGroup' as const)],
  source: `https://github.com/Azure/bicep-types-az/blob/main/generated/${folder}/${(type.split('/')[0] ?? '').toLowerCase()}/${version}/types.md`,
}));

/** One change that breaks a sound file, and what is then said. */
export interface Break {
  readonly file: 'main.bicep' | 'parts/part.bicep' | 'example.bicepparam';
  readonly from: string;
  readonly to: string;
  readonly says: string;
}

const main = (from: string, to: string, says: string): Break => ({ file: 'main.bicep', from, to, says });
const part = (from: string, to: string, says: string): Break => ({ file: 'parts/part.bicep', from, to, says });
const example = (from: string, to: string, says: string): Break => ({ file: 'example.bicepparam', from, to, says });

/** For each check what breaks it. */
export const BREAKS: Readonly<Record<string, readonly Break[]>> = {
  'can be read': [
    main('  location: deployment().location\n', '  location:\n', 'main.bicep:30: cannot be read'),
    main('    mode: mode\n    count: 1', '    mode: mode count: 1', 'main.bicep:41: a comma or a new line is missing'),
    example("param owner = 'soc'", 'param owner =', 'example.bicepparam:6: cannot be read'),
  ],
  'declares every name that it uses, once': [
    main('name: groupName', 'name: nameOfGroup', 'nameOfGroup is not declared'),
    main('param sizes size[]', 'param sizes sizes2[]', 'the type sizes2 is not declared'),
    main('var groupName', "var owner = 'x'\nvar groupName", 'owner is declared twice'),
    main('deployment().location', 'map([1], one => two)', 'two is not declared'),
  ],
  'uses every name that it declares': [
    main('var groupName', "var idle = 'x'\nvar groupName", 'main.bicep:26: idle is not used'),
    main('near: network.id', "near: ''", 'network is not used'),
    part("near: near ?? ''", "near: ''", 'near is not used'),
    main('type size', 'type idle = string\n\ntype size', 'idle is not used'),
    part('resource account', "import { shared } from 'shared.bicep'\n\nresource account", 'shared is not used'),
    part('resource account', "func idle() string => 'x'\n\nresource account", 'idle is not used'),
  ],
  'names everything in one style': [
    part('output id', 'output part_id', 'part_id is not in lower camel case'),
    main('module part', 'module Part', 'Part is not in lower camel case'),
  ],
  'describes every parameter and output': [
    part("@description('How many.')\n", '', 'count is not described'),
    part("@description('The id.')\n", '', 'id is not described'),
  ],
  'gives values of the right types': [
    main("param mode string = 'observe'", "param mode string = 'guess'", "mode: 'guess' is not allowed"),
    main("param mode string = 'observe'", 'param mode string = 1', 'mode: 1 is not string'),
    main('param sizes size[] = []', "param sizes size[] = [{ name: 'x', cuont: 1 }]", 'cuont is no property'),
    main('param sizes size[] = []', 'param sizes size[] = [{ count: 1 }]', 'lacks name'),
    part("output id string = '${queues.id}'", 'output id string = 1', '1 is not string'),
  ],
  'tells kinds of objects apart by a literal': [
    main("{ kind: 'none' }", '{ kind: string }', 'limit is not told apart by kind'),
    main("{ kind: 'none' }", "{ kind: 'some' }", 'limit is not told apart by kind'),
    main("{ kind: 'none' }", 'size', 'limit is not told apart by kind'),
  ],
  'calls functions that Bicep has': [
    part('uniqueString(', 'uniqueText(', 'uniqueText() is no known function'),
    part('@secure()', '@secret()', '@secret() is no known decorator'),
  ],
  'names modules that are there': [main('parts/part.bicep', 'parts/parts.bicep', 'there is no parts/parts.bicep')],
  'is deployed by something': [
    main('parts/part.bicep', 'main.bicep', 'part.bicep:1: nothing deploys this file'),
    example('./main.bicep', './parts/part.bicep', 'main.bicep:1: nothing deploys this file'),
  ],
  'gives modules what they take': [
    main('    name: owner\n', '', 'part: name of infra/azure/parts/part.bicep is missing'),
    main('name: owner', 'name: owner\n    title: owner', 'title is no parameter'),
    main('count: 1', "count: '1'", "count: '1' is not int"),
    main('mode: mode', "mode: 'guess'", "mode: 'guess' is not"),
    main('mode: mode', "mode: true ? mode : 'guess'", "mode: 'guess' is not"),
  ],
  'asks modules for outputs that they have': [main('outputs.id', 'outputs.ids', 'part.bicep has no output ids')],
  'deploys modules to the scopes that they are for': [
    main('  scope: group\n', '', 'part is deployed to a subscription, infra/azure/parts/part.bicep to a resourceGroup'),
    main('scope: group', "scope: subscription('x')", 'part is deployed to a subscription'),
    main('deployment().location', 'resourceGroup().location', 'a subscription has no resourceGroup() of its own'),
  ],
  'uses known resource types in known versions': [
    part(
      'storageAccounts/queueServices@2024-01-01',
      'storageAccounts/queueServices@2023-01-01',
      'queueServices@2023-01-01 is not in resource-types.json',
    ),
    part(
      'storageAccounts/queueServices@2024-01-01',
      'storageAccounts/queueServices@2023-01-01',
      'queueServices@2024-01-01 is deployed nowhere',
    ),
    main(
      " existing = {\n  name: 'network'\n  scope: resourceGroup('shared')",
      " = {\n  name: 'network'",
      'virtualNetworks cannot be deployed to a subscription',
    ),
  ],
  'names every resource and its parent': [
    main("  name: 'network'\n", '', 'network has no name'),
    main(' existing = {', ' = {', 'network is deployed elsewhere'),
    part('  parent: account\n', '', 'queues has no parent'),
  ],
  'reads no keys': [
    part('uniqueString(password)', 'account.listKeys().keys[0].value', 'listKeys() reads a key'),
    part("near ?? ''", "'AccountName=x;AccountKey=${near}'", 'a connection with a key'),
  ],
  'tells no secret in its outputs': [
    part("'${queues.id}'", "'${queues.id}${password}'", 'id tells password'),
    part("'${queues.id}'", 'account.listKeys().keys[0].value', 'id tells account.listKeys()'),
    part("'${queues.id}'", 'account.properties.connectionString', 'id tells account.properties.connectionString'),
    main(
      'output partId string = part.outputs.id',
      'output partId string = told\n\nvar told = password',
      'partId tells password',
    ),
    part("@description('The id.')", "@description('The id.')\n@secure()", 'id is a secret'),
  ],
  'writes no address out that differs from cloud to cloud': [
    part(
      'environment().suffixes.storage',
      "'https://${name}.blob.core.windows.net'",
      'core.windows.net is written out',
    ),
  ],
  'gives templates their parameters': [
    example("param owner = 'soc'\n", '', 'owner is missing'),
    example('param owner', "param colour = 'red'\nparam owner", 'colour is no parameter'),
    example("param owner = 'soc'", 'param owner = 1', 'owner: 1 is not string'),
    example("name: 'small'", "title: 'small'", 'lacks name'),
    example('./main.bicep', './other.bicep', 'there is no template ./other.bicep'),
    example('param password = password', 'param password = word', 'word is not declared'),
  ],
};
