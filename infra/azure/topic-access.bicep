metadata description = 'Lets a topic put events on the one queue, and the undeliverable ones in the one container; nothing else of the storage account.'

@description('The storage account.')
param storageName string

@description('The queue to which events are delivered.')
param queueName string

@description('The container of the events that could not be delivered.')
param deadLetterContainer string

@description('The object id of the identity of the topic.')
param principalId string

// https://learn.microsoft.com/azure/event-grid/add-identity-roles
var queueMessageSender = 'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a'
var blobContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'

resource storage 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: storageName
}

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2024-01-01' existing = {
  parent: storage
  name: 'default'
}

resource queue 'Microsoft.Storage/storageAccounts/queueServices/queues@2024-01-01' existing = {
  parent: queueService
  name: queueName
}

resource blobService 'Microsoft.Storage/storageAccounts/blobServices@2024-01-01' existing = {
  parent: storage
  name: 'default'
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' existing = {
  parent: blobService
  name: deadLetterContainer
}

resource sending 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(queue.id, principalId, queueMessageSender)
  scope: queue
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', queueMessageSender)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

resource writing 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(container.id, principalId, blobContributor)
  scope: container
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobContributor)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}
