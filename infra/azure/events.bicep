metadata description = 'Has the events that ask for a look delivered to the event queue. A queue and not the function: its messages wait while the app is paused or ill, and it needs not be there first.'

@description('The name of the event subscription.')
@minLength(3)
@maxLength(64)
param name string

@description('The system topic of the subscription that is kept.')
param topicName string

@description('The id of the storage account.')
param storageId string

@description('The queue to which events are delivered.')
param queueName string

@description('The container of the events that could not be delivered.')
param deadLetterContainer string

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = {
  name: topicName
}

resource eventSubscription 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = {
  parent: topic
  name: name
  properties: {
    deliveryWithResourceIdentity: {
      identity: {
        type: 'SystemAssigned'
      }
      destination: {
        endpointType: 'StorageQueue'
        properties: {
          resourceId: storageId
          queueName: queueName
          // What is older was found by a sweep long ago.
          queueMessageTimeToLiveInSeconds: 86400
        }
      }
    }
    deadLetterWithResourceIdentity: {
      identity: {
        type: 'SystemAssigned'
      }
      deadLetterDestination: {
        endpointType: 'StorageBlob'
        properties: {
          resourceId: storageId
          blobContainerName: deadLetterContainer
        }
      }
    }
    // Both schemas are read alike; this one is a standard, and what the local cloud and its tests deliver.
    eventDeliverySchema: 'CloudEventSchemaV1_0'
    // After a few hours a sweep has found what the event would tell.
    retryPolicy: {
      maxDeliveryAttempts: 10
      eventTimeToLiveInMinutes: 240
    }
    // SUBSCRIPTION_FILTER of functions/event-grid.ts; a test holds the two together. Our own writes pass: they are told from
    // others' by the identity in the claims, which no filter reaches whole.
    // 25 filters of 25 values: https://learn.microsoft.com/azure/event-grid/event-filtering#limitations
    filter: {
      isSubjectCaseSensitive: false
      includedEventTypes: [
        'Microsoft.Resources.ResourceWriteSuccess'
        'Microsoft.Resources.ResourceDeleteSuccess'
        'Microsoft.Resources.ResourceActionSuccess'
      ]
      advancedFilters: [
        {
          operatorType: 'StringIn'
          key: 'data.operationName'
          values: [
            'Microsoft.Compute/virtualMachines/write'
            'Microsoft.Compute/virtualMachines/delete'
            'Microsoft.Compute/virtualMachines/start/action'
            'Microsoft.Compute/virtualMachines/deallocate/action'
            'Microsoft.Compute/virtualMachines/powerOff/action'
            'Microsoft.Network/networkInterfaces/write'
            'Microsoft.Network/networkInterfaces/tapConfigurations/write'
            'Microsoft.Network/networkInterfaces/tapConfigurations/delete'
            'Microsoft.Resources/tags/write'
            'Microsoft.Resources/tags/delete'
          ]
        }
      ]
    }
  }
}

@description('The id of the event subscription.')
output id string = eventSubscription.id
