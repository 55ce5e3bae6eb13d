targetScope = 'subscription'

metadata description = 'The resource group of what watches a subscription: its system topic, unless there is one already, and the alerts on it.'

@description('The name of the resource group.')
@minLength(1)
@maxLength(90)
param name string

@description('The region of the resource group; what is in it is global.')
param location string

@description('Tags of the resource group.')
param tags object

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: name
  location: location
  tags: tags
}

@description('The name of the resource group.')
output name string = group.name
