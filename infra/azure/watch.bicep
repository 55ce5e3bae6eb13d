metadata description = 'Where the journal is kept and who is told: a workspace, Application Insights, and an action group.'

@description('The name of each of the resources.')
@minLength(4)
@maxLength(63)
param name string

@description('The region of the resources.')
param location string

@description('For how many days logs are kept; the journal, as all tables of Application Insights, for 90 if this is less.')
@minValue(30)
@maxValue(730)
param retentionInDays int

@description('Who is told by mail; empty: alerts are only seen in the portal.')
param alertEmail string

@description('Tags of each of the resources.')
param tags object

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    retentionInDays: retentionInDays
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: name
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    // Telemetry is taken from identities that may send it; the key in the connection string opens nothing.
    DisableLocalAuth: true
  }
}

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(alertEmail)) {
  name: name
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'tapkeeper'
    enabled: true
    emailReceivers: [
      {
        name: 'operator'
        emailAddress: alertEmail
        useCommonAlertSchema: true
      }
    ]
  }
}

@description('The id of the workspace.')
output workspaceId string = workspace.id

@description('The name of the Application Insights resource.')
output insightsName string = insights.name

@description('The id of the action group; empty: nobody is told.')
output actionGroupId string = empty(alertEmail) ? '' : people.id
