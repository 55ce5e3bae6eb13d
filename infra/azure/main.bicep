targetScope = 'subscription'

metadata description = 'tapkeeper on Azure: from here into the home subscription, and into each subscription that is kept.'

type systemTopic = {
  @description('The id of the subscription whose topic it is.')
  subscription: string

  @description('The resource group in which it is.')
  resourceGroup: string

  @description('Its name.')
  name: string
}

@description('Whose deployment it is: the `owner` of the rules file. It is in the name of everything.')
@minLength(1)
@maxLength(31)
param owner string

@description('The region of the resource group and of what is in it; it must have Flex Consumption, and need not have VTAPs.')
param location string = deployment().location

@description('The ids of the subscriptions to keep.')
@minLength(1)
param subscriptions string[]

@description('The ids of the VTAPs that may be joined. They have to be there.')
param taps string[] = []

@description('The ids of subscriptions of which every VTAP may be joined: where destinations are named by what stands behind a VTAP, which is then looked for.')
param tapSubscriptions string[] = []

@description('What the app may do. A fresh deployment observes: it plans and tells, and writes nothing.')
@allowed(['observe', 'enforce', 'paused'])
param mode string = 'observe'

@description('When everything is compared, in six fields, seconds first.')
param sweepSchedule string = '0 */15 * * * *'

@description('How far back alerts look: at least twice as long as from one sweep to the next.')
@allowed(['PT1H', 'PT2H', 'PT6H', 'P1D'])
param sweepWindow string = 'PT1H'

@description('The https address of a blob with the rules, which the identity may read; empty: tapkeeper.yaml in the package.')
param rules string = ''

@description('Who is told of alerts by mail; empty: alerts are only seen in the portal.')
@maxLength(320)
param alertEmail string = ''

@description('For how many days logs are kept; the journal, as all tables of Application Insights, for 90 if this is less.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('How many sources a VTAP takes, where Azure has granted more or fewer than is documented.')
@minValue(1)
param tapCapacity int = 100

@description('The version of Node.js.')
@allowed(['22', '24'])
param nodeVersion string = '22'

@description('The most instances that the app has at a time. Some regions take no fewer than 40.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('The memory of an instance.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('The system topics of subscriptions that have one already. Each needs a system-assigned identity.')
param systemTopics systemTopic[] = []

@description('The application id of an Entra ID application that stands for the app, with which the guard can be lifted over HTTP; null: it cannot.')
@minLength(36)
@maxLength(36)
param signInClientId string?

@description('The object ids of those who may then call. With none there is no sign-in.')
param signInPrincipals string[] = []

@description('Tags of everything that takes them, where a policy or a bill asks for some.')
param tags object = {}

var name = 'tapkeeper-${owner}'
var eventsGroupName = '${name}-events'

// A second deployment of the owner has another home, and so other ids under the same names.
var deploymentId = '${subscription().id}/resourceGroups/${name}'

var foundTopics = toObject(systemTopics, topic => toLower(topic.subscription))
var topics = [
  for id in subscriptions: {
    subscription: id
    existence: contains(foundTopics, toLower(id)) ? 'existing' : 'created'
    resourceGroup: contains(foundTopics, toLower(id)) ? foundTopics[toLower(id)].resourceGroup : eventsGroupName
    name: contains(foundTopics, toLower(id)) ? foundTopics[toLower(id)].name : name
  }
]

// The role is defined once in each subscription that has VTAPs of either kind.
var singleTapSubscriptions = map(taps, id => toLower(split(id, '/')[2]))
var wholeTapSubscriptions = map(tapSubscriptions, id => toLower(id))
var tapHomes = union(wholeTapSubscriptions, singleTapSubscriptions)

resource home 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: name
  location: location
  tags: tags
}

module identity 'identity.bicep' = {
  name: '${name}-identity'
  scope: home
  params: {
    name: name
    location: location
    tags: tags
  }
}

module storage 'storage.bicep' = {
  name: '${name}-storage'
  scope: home
  params: {
    name: 'tapkeeper${uniqueString(deploymentId)}'
    location: location
    tags: tags
  }
}

module watch 'watch.bicep' = {
  name: '${name}-watch'
  scope: home
  params: {
    name: name
    location: location
    retentionInDays: logRetentionDays
    alertEmail: alertEmail
    tags: tags
  }
}

module alerts 'alerts.bicep' = {
  name: '${name}-alerts'
  scope: home
  params: {
    name: name
    location: location
    workspaceId: watch.outputs.workspaceId
    storageId: storage.outputs.id
    subscriptions: subscriptions
    sweepWindow: sweepWindow
    actionGroupId: watch.outputs.actionGroupId
    tags: tags
  }
}

module appAccess 'app-access.bicep' = {
  name: '${name}-app-access'
  scope: home
  params: {
    storageName: storage.outputs.name
    insightsName: watch.outputs.insightsName
    principalId: identity.outputs.principalId
  }
}

module app 'app.bicep' = {
  name: '${name}-app'
  scope: home
  params: {
    name: '${name}-${uniqueString(deploymentId)}'
    location: location
    identityId: identity.outputs.id
    principalId: identity.outputs.principalId
    clientId: identity.outputs.clientId
    storageName: storage.outputs.name
    packageContainer: storage.outputs.packageContainer
    insightsName: watch.outputs.insightsName
    subscriptions: subscriptions
    mode: mode
    sweepSchedule: sweepSchedule
    rules: rules
    tapCapacity: tapCapacity
    nodeVersion: nodeVersion
    maximumInstanceCount: maximumInstanceCount
    instanceMemoryMB: instanceMemoryMB
    tags: tags
  }
  dependsOn: [appAccess]
}

module signIn 'sign-in.bicep' = if (signInClientId != null && !empty(signInPrincipals)) {
  name: '${name}-sign-in'
  scope: home
  params: {
    appName: app.outputs.name
    clientId: signInClientId!
    allowedPrincipals: signInPrincipals
  }
}

module sourceRoles 'source-role.bicep' = [
  for (id, i) in subscriptions: {
    name: '${name}-source-role-${i}'
    scope: subscription(id)
    params: {
      owner: owner
      deploymentId: deploymentId
      principalId: identity.outputs.principalId
    }
  }
]

module tapRoles 'tap-role.bicep' = [
  for (id, i) in tapHomes: {
    name: '${name}-tap-role-${i}'
    scope: subscription(id)
    params: {
      owner: owner
      deploymentId: deploymentId
      principalId: identity.outputs.principalId
      taps: contains(wholeTapSubscriptions, id) ? 'all' : 'single'
    }
  }
]

module tapAccess 'tap-access.bicep' = [
  for (id, i) in taps: {
    name: '${name}-tap-access-${i}'
    scope: resourceGroup(split(id, '/')[2], split(id, '/')[4])
    params: {
      tapName: last(split(id, '/'))
      roleId: tapRoles[indexOf(tapHomes, singleTapSubscriptions[i])].outputs.roleId
      principalId: identity.outputs.principalId
    }
  }
]

module eventsGroups 'events-group.bicep' = [
  for (id, i) in subscriptions: {
    name: '${name}-events-group-${i}'
    scope: subscription(id)
    params: {
      name: eventsGroupName
      location: location
      tags: tags
    }
  }
]

module topicsOf 'topic.bicep' = [
  for (topic, i) in topics: {
    name: '${name}-topic-${i}'
    scope: resourceGroup(topic.subscription, topic.resourceGroup)
    params: {
      name: topic.name
      existence: topic.existence
      tags: tags
    }
    dependsOn: [eventsGroups]
  }
]

module topicAccess 'topic-access.bicep' = [
  for (topic, i) in topics: {
    name: '${name}-topic-access-${i}'
    scope: home
    params: {
      storageName: storage.outputs.name
      queueName: storage.outputs.eventQueue
      deadLetterContainer: storage.outputs.deadLetterContainer
      principalId: topicsOf[i].outputs.principalId
    }
  }
]

module events 'events.bicep' = [
  for (topic, i) in topics: {
    name: '${name}-events-${i}'
    scope: resourceGroup(topic.subscription, topic.resourceGroup)
    params: {
      name: name
      topicName: topic.name
      storageId: storage.outputs.id
      queueName: storage.outputs.eventQueue
      deadLetterContainer: storage.outputs.deadLetterContainer
    }
    dependsOn: [topicAccess]
  }
]

module undelivered 'undelivered.bicep' = [
  for (topic, i) in topics: {
    name: '${name}-undelivered-${i}'
    scope: resourceGroup(topic.subscription, eventsGroupName)
    params: {
      owner: owner
      topicId: topicsOf[i].outputs.id
      actionGroupId: watch.outputs.actionGroupId
      tags: tags
    }
  }
]

@description('The name of the function app, to which the code is published.')
output appName string = app.outputs.name

@description('The resource group of the function app; on removal it goes last.')
output resourceGroup string = home.name

@description('Where a person asks for a resync, with a function key.')
output resyncUrl string = app.outputs.resyncUrl

@description('The object id of the identity: to grant it a role on what this does not know of, as a blob with the rules.')
output principalId string = identity.outputs.principalId

@description('The storage account, in which messages that were given up and events that were not delivered lie.')
output storageAccount string = storage.outputs.name

@description('For removal: the event subscriptions, which go first.')
output eventSubscriptionIds string[] = [for (topic, i) in topics: events[i].outputs.id]

@description('For removal: the role of each subscription that is kept, and its assignment, which goes before it.')
output sourceRoles object[] = [
  for (id, i) in subscriptions: {
    scope: '/subscriptions/${id}'
    role: sourceRoles[i].outputs.roleName
    assignmentId: sourceRoles[i].outputs.assignmentId
  }
]

@description('For removal: the role of each subscription with VTAPs, and its assignment, if it has one.')
output tapRoles object[] = [
  for (id, i) in tapHomes: {
    scope: '/subscriptions/${id}'
    role: tapRoles[i].outputs.roleName
    assignmentId: tapRoles[i].outputs.assignmentId
  }
]

@description('For removal: the assignments to single VTAPs, which go before their roles.')
output tapAssignmentIds string[] = [for (id, i) in taps: tapAccess[i].outputs.assignmentId]

@description('For removal: the resource group in each subscription that is kept.')
output eventsGroups object[] = [
  for (id, i) in subscriptions: {
    subscription: id
    resourceGroup: eventsGroups[i].outputs.name
  }
]
