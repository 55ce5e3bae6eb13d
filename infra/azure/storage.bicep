metadata description = 'The one storage account of a deployment: its queues, what its processes tell each other in blobs, the package of the app, and the events that could not be delivered.'

@description('The name of the storage account; it is unique in all of Azure.')
@minLength(3)
@maxLength(24)
param name string

@description('The region of the storage account.')
param location string

@description('Tags of the storage account.')
param tags object

// Two queues: events must not wait behind the work of a sweep. The names are those of functions/queues.ts.
var eventQueue = 'tapkeeper-events'
var bulkQueue = 'tapkeeper-bulk'

// Named by functions/interruptions/blobs.ts.
var interruptionsContainer = 'tapkeeper-interruptions'
var packageContainer = 'tapkeeper-package'
var deadLetterContainer = 'tapkeeper-dead-letters'

resource storage 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: 'Standard_LRS'
  }
  properties: {
    accessTier: 'Hot'
    // Everybody comes with an identity: there is no key to leak, and none to renew.
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    // Reached by the app, which is in no virtual network, and by Event Grid.
    publicNetworkAccess: 'Enabled'
  }
}

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2024-01-01' = {
  parent: storage
  name: 'default'
}

// The queues of what is given up (`-poison`) are made by the host with the first message that it gives up.
resource queues 'Microsoft.Storage/storageAccounts/queueServices/queues@2024-01-01' = [
  for queue in [eventQueue, bulkQueue]: {
    parent: queueService
    name: queue
  }
]

resource blobService 'Microsoft.Storage/storageAccounts/blobServices@2024-01-01' = {
  parent: storage
  name: 'default'
}

resource containers 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' = [
  for container in [interruptionsContainer, packageContainer, deadLetterContainer]: {
    parent: blobService
    name: container
    properties: {
      publicAccess: 'None'
    }
  }
]

// A blob stays for each machine that was ever changed. Writing its metadata makes it new again, and a leased one is not
// deleted; the few of slots/ are counted by their names and stay.
// https://learn.microsoft.com/azure/storage/blobs/lifecycle-management-overview
resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2024-01-01' = {
  parent: storage
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'forgetMachines'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: {
              blobTypes: ['blockBlob']
              prefixMatch: [
                '${interruptionsContainer}/units/'
                '${interruptionsContainer}/stirs/'
                '${interruptionsContainer}/refusals/'
              ]
            }
            actions: {
              baseBlob: {
                delete: {
                  daysAfterModificationGreaterThan: 30
                }
              }
            }
          }
        }
        {
          name: 'forgetDeadLetters'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: {
              blobTypes: ['blockBlob']
              prefixMatch: ['${deadLetterContainer}/']
            }
            actions: {
              baseBlob: {
                delete: {
                  daysAfterModificationGreaterThan: 30
                }
              }
            }
          }
        }
      ]
    }
  }
  dependsOn: [containers]
}

@description('The id of the storage account.')
output id string = storage.id

@description('The name of the storage account.')
output name string = storage.name

@description('The queue to which events are delivered.')
output eventQueue string = eventQueue

@description('The container from which the app runs.')
output packageContainer string = packageContainer

@description('The container of the events that could not be delivered.')
output deadLetterContainer string = deadLetterContainer
