import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileOf } from '../../../cli/run.ts';
import { answered, type Recorded } from '../../command/recorded.ts';

export const HOME = '11111111-1111-4111-8111-111111111111';
export const KEPT = '22222222-2222-4222-8222-222222222222';

export const TAP = `/subscriptions/${HOME}/resourceGroups/net/providers/Microsoft.Network/virtualNetworkTaps/tap`;

export const rulesOf = (owner: string): string => `version: 1
owner: ${owner}
destinations:
  soc: { cloud: azure, virtualNetworkTap: ${TAP} }
rules:
  - { name: tagged, when: { tag: mirror }, mirror: { fromTag: mirror, among: [soc] } }
`;

/** A folder with rules (owner `prod`) and parameters beside them. Returns the path of the parameters. */
export function parametersFile(rules = rulesOf('prod')): string {
  const path = join(dirname(fileOf(rules)), 'tapkeeper.bicepparam');
  writeFileSync(path, "using 'main.bicep'\n");
  return path;
}

/** What `az bicep build-params --stdout` writes of parameters. */
export function compiled(parameters: Readonly<Record<string, unknown>>): Recorded {
  const values = Object.entries(parameters).map(([name, value]) => [name, { value }] as const);
  const parametersJson = JSON.stringify({ contentVersion: '1.0.0.0', parameters: Object.fromEntries(values) });
  return { parametersJson, templateJson: '{}', templateSpecId: null };
}

export const PARAMETERS = {
  owner: 'prod',
  location: 'eastus2',
  subscriptions: [HOME, KEPT],
  taps: [TAP],
  alertEmail: 'soc@example.com',
};

export const error = (code: string, said: string): string =>
  `WARNING: a notice of the day\nERROR: (${code}) ${said}\nCode: ${code}`;

const PROVIDERS = [
  'Compute',
  'EventGrid',
  'Insights',
  'ManagedIdentity',
  'Network',
  'OperationalInsights',
  'Storage',
  'Web',
];

/** Subscriptions that are ready, and to which nothing is deployed, as Azure answers it. */
export const READY: Readonly<Record<string, Recorded>> = {
  'az version': answered('{\n  "azure-cli": "2.80.0",\n  "azure-cli-core": "2.80.0"\n}'),
  'az account show': {
    id: HOME,
    tenantId: '99999999-9999-4999-8999-999999999999',
    state: 'Enabled',
    name: "Alice's subscription",
    user: { name: 'alice@example.com', type: 'user' },
  },
  'az bicep version': answered('Bicep CLI version 0.38.33 (6bb5d5f859)\n'),
  'az bicep build-params': compiled(PARAMETERS),
  'az provider list': PROVIDERS.map((name) => ({ namespace: `Microsoft.${name}`, registrationState: 'Registered' })),
  'az functionapp list-flexconsumption-locations': ['eastus', 'eastus2', 'northeurope'],
  'az resource show': { location: 'eastus2' },
  'az provider show': ['East US 2', 'Korea Central'],
  'az eventgrid system-topic list': [],
  'az deployment sub show': error('DeploymentNotFound', "Deployment 'tapkeeper-prod' could not be found."),
  'az role definition list': [],
  'az group exists': answered('false\n'),
};

/** The role assignment that lets the VTAP be joined. */
const TAP_ASSIGNMENT = `${TAP}/providers/Microsoft.Authorization/roleAssignments/3`;

/** A region that has no VTAPs, and parameters by which there are none elsewhere. */
export const NO_TAPS: Readonly<Record<string, Recorded>> = {
  'az bicep build-params': compiled({ ...PARAMETERS, taps: [], tapSubscriptions: [HOME] }),
  'az provider show': ['Korea Central', 'Germany West Central'],
  'az resource list': [],
};

const idOf = (kind: string, n: number): string => `/subscriptions/${HOME}/providers/${kind}/${n}`;
const outputs = {
  appName: 'tapkeeper-prod-abc',
  resourceGroup: 'tapkeeper-prod',
  resyncUrl: 'https://tapkeeper-prod-abc.azurewebsites.net/api/resync',
  eventSubscriptionIds: [idOf('Microsoft.EventGrid', 1), idOf('Microsoft.EventGrid', 2)],
  sourceRoles: [
    { scope: `/subscriptions/${HOME}`, role: 'role-home', assignmentId: idOf('assignment', 1) },
    { scope: `/subscriptions/${KEPT}`, role: 'role-kept', assignmentId: idOf('assignment', 2) },
  ],
  tapRoles: [{ scope: `/subscriptions/${HOME}`, role: 'role-tap', assignmentId: '' }],
  tapAssignmentIds: [TAP_ASSIGNMENT],
  eventsGroups: [
    { subscription: HOME, resourceGroup: 'tapkeeper-prod-events' },
    { subscription: KEPT, resourceGroup: 'tapkeeper-prod-events' },
  ],
};

/** The outputs of main.bicep, as a deployment tells them. */
export const OUTPUTS: Readonly<Record<string, unknown>> = Object.fromEntries(
  Object.entries(outputs).map(([name, value]) => [name, { type: 'Object', value }]),
);
