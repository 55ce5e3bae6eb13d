/** Where the model of a type is: a package of the Azure SDK, the API version that it speaks, and the model's name in it. */
export interface Origin {
  readonly package: string;
  readonly version: string;
  readonly model: string;
}

const of = (
  name: string,
  version: string,
  models: Readonly<Record<string, string>>,
): readonly (readonly [string, Origin])[] =>
  Object.entries(models).map(([type, model]) => [type, { package: `@azure/${name}`, version, model }]);

/**
 * The versions are those of the templates where a package speaks them, and the nearest otherwise: then what was added since is not
 * known, and what was taken away is not noticed.
 */
export const ORIGINS: ReadonlyMap<string, Origin> = new Map([
  ...of('arm-authorization@9.0.0', '2022-04-01', {
    'Microsoft.Authorization/roleAssignments': 'RoleAssignmentCreateParameters',
    'Microsoft.Authorization/roleDefinitions': 'RoleDefinition',
  }),
  ...of('arm-eventgrid@14.1.0', '2022-06-15', {
    'Microsoft.EventGrid/systemTopics': 'SystemTopic',
    'Microsoft.EventGrid/systemTopics/eventSubscriptions': 'EventSubscription',
  }),
  ...of('arm-monitor@7.0.0', '2021-09-01', { 'Microsoft.Insights/actionGroups': 'ActionGroupResource' }),
  ...of('arm-monitor@7.0.0', '2018-03-01', { 'Microsoft.Insights/metricAlerts': 'MetricAlertResource' }),
  ...of('arm-appinsights@5.0.0-beta.8', '2020-02-02', {
    'Microsoft.Insights/components': 'ApplicationInsightsComponent',
  }),
  ...of('arm-msi@2.2.0', '2024-11-30', { 'Microsoft.ManagedIdentity/userAssignedIdentities': 'Identity' }),
  ...of('arm-network@36.0.0', '2025-05-01', {
    'Microsoft.Network/loadBalancers': 'LoadBalancer',
    'Microsoft.Network/networkSecurityGroups': 'NetworkSecurityGroup',
    'Microsoft.Network/networkSecurityGroups/securityRules': 'SecurityRule',
    'Microsoft.Network/virtualNetworkTaps': 'VirtualNetworkTap',
    'Microsoft.Network/virtualNetworks/virtualNetworkPeerings': 'VirtualNetworkPeering',
  }),
  ...of('arm-operationalinsights@9.0.0', '2022-10-01', { 'Microsoft.OperationalInsights/workspaces': 'Workspace' }),
  ...of('arm-resources@6.1.0', '2025-03-01', { 'Microsoft.Resources/resourceGroups': 'ResourceGroup' }),
  ...of('arm-storage@18.5.0', '2024-01-01', {
    'Microsoft.Storage/storageAccounts': 'StorageAccountCreateParameters',
    'Microsoft.Storage/storageAccounts/blobServices': 'BlobServiceProperties',
    'Microsoft.Storage/storageAccounts/blobServices/containers': 'BlobContainer',
    'Microsoft.Storage/storageAccounts/managementPolicies': 'ManagementPolicy',
    'Microsoft.Storage/storageAccounts/queueServices': 'QueueServiceProperties',
    'Microsoft.Storage/storageAccounts/queueServices/queues': 'StorageQueue',
  }),
  ...of('arm-appservice@17.0.0', '2024-11-01', {
    'Microsoft.Web/serverfarms': 'AppServicePlan',
    'Microsoft.Web/sites': 'Site',
    'Microsoft.Web/sites/basicPublishingCredentialsPolicies': 'CsmPublishingCredentialsPoliciesEntity',
  }),
]);

/** Types whose bodies are held to no model, and why. */
export const WITHOUT: Readonly<Record<string, string>> = {
  'Microsoft.Insights/scheduledQueryRules': 'no package has its model in a form that can be read like the others',
  'Microsoft.Web/sites/config': 'its names are free for one of its kinds, and another model for each other kind',
};

/** Installs what models.json is derived from; no script of a package is run. */
export const INSTALL = `npm install --ignore-scripts --prefix <folder> ${[...new Set([...ORIGINS.values()].map((one) => one.package))].join(' ')}`;
