metadata description = 'The function app, on Flex Consumption. Its code is published separately, as a zip; its identity must be able to read the container of the package before it is made.'

@description('The name of the app and of its plan; the name is unique in all of Azure.')
@minLength(2)
@maxLength(60)
param name string

@description('The region of the app.')
param location string

@description('The id of the identity as which the app runs.')
param identityId string

@description('The object id of that identity.')
param principalId string

@description('The application id of that identity.')
param clientId string

@description('The storage account.')
param storageName string

@description('The container from which the app runs.')
param packageContainer string

@description('The Application Insights resource.')
param insightsName string

@description('The ids of the subscriptions that are kept.')
@minLength(1)
param subscriptions string[]

@description('What the app may do.')
@allowed(['observe', 'enforce', 'paused'])
param mode string

@description('When everything is compared, in six fields, seconds first.')
param sweepSchedule string

@description('The https address of a blob with the rules; empty: tapkeeper.yaml in the package.')
param rules string

@description('How many sources a VTAP takes.')
@minValue(1)
param tapCapacity int

@description('The version of Node.js.')
@allowed(['22', '24'])
param nodeVersion string

@description('The most instances that the app has at a time.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int

@description('The memory of an instance.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int

@description('Tags of the app and its plan.')
param tags object

resource storage 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: storageName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: name
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
  }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: name
  location: location
  tags: tags
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    // FTPS is no part of this plan, so its state is not set.
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      http20Enabled: true
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}${packageContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'node'
        version: nodeVersion
      }
      // No instance is always ready: an event waits for a cold start, which is short beside its delivery. More instances do
      // not interrupt more machines: what changes at a time is counted in blobs, for all processes together.
      scaleAndConcurrency: {
        maximumInstanceCount: maximumInstanceCount
        instanceMemoryMB: instanceMemoryMB
        triggers: {
          http: {
            perInstanceConcurrency: 4
          }
        }
      }
    }
  }
}

// FUNCTIONS_WORKER_RUNTIME and its like are not for this plan.
// https://learn.microsoft.com/azure/azure-functions/functions-app-settings#flex-consumption-plan-deprecations
var settings = {
  TAPKEEPER_SUBSCRIPTIONS: join(subscriptions, ',')
  TAPKEEPER_MODE: mode
  TAPKEEPER_SWEEP_SCHEDULE: sweepSchedule
  TAPKEEPER_TAP_CAPACITY: string(tapCapacity)
  // The claims of an event hold one or the other.
  TAPKEEPER_PRINCIPAL_ID: '${principalId},${clientId}'
  AZURE_CLIENT_ID: clientId
  AzureWebJobsStorage__accountName: storageName
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: clientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${clientId};Authorization=AAD'
}

var rulesSettings = empty(rules) ? {} : { TAPKEEPER_RULES: rules }

resource appSettings 'Microsoft.Web/sites/config@2024-11-01' = {
  parent: app
  name: 'appsettings'
  properties: union(settings, rulesSettings)
}

// One after the other: an app takes no second change while one is under way.
// Publishing needs a sign-in with Entra ID too: there is no password.
// https://learn.microsoft.com/azure/app-service/configure-basic-auth-disable
resource ftp 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: app
  name: 'ftp'
  properties: {
    allow: false
  }
  dependsOn: [appSettings]
}

resource scm 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: app
  name: 'scm'
  properties: {
    allow: false
  }
  dependsOn: [ftp]
}

@description('The name of the app.')
output name string = app.name

@description('Where a person asks for a resync, with a function key.')
output resyncUrl string = 'https://${app.properties.defaultHostName}/api/resync'
