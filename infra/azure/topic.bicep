metadata description = 'The system topic of a subscription, on which Azure tells what was written in it. A subscription can have one: that which is there already is used.'

@description('The name of the topic.')
@minLength(3)
@maxLength(128)
param name string

@description('Whether the topic is made, or is there already. One that is there needs a system-assigned identity.')
@allowed(['created', 'existing'])
param existence string

@description('Tags of a topic that is made.')
param tags object

resource created 'Microsoft.EventGrid/systemTopics@2025-02-15' = if (existence == 'created') {
  name: name
  location: 'global'
  tags: tags
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    source: subscription().id
    topicType: 'Microsoft.Resources.Subscriptions'
  }
}

resource found 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = if (existence == 'existing') {
  name: name
}

@description('The id of the topic.')
output id string = existence == 'created' ? created.id : found.id

@description('The object id of the identity as which the topic delivers.')
output principalId string = existence == 'created' ? created!.identity!.principalId : found!.identity!.principalId
