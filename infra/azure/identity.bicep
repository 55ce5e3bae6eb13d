metadata description = 'The identity as which the function app reads, attaches and detaches. It is made before the app, so that the app can be told its ids, by which it recognises the events of its own writes.'

@description('The name of the identity.')
@minLength(3)
@maxLength(128)
param name string

@description('The region of the identity.')
param location string

@description('Tags of the identity.')
param tags object

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: name
  location: location
  tags: tags
}

@description('The id of the resource.')
output id string = identity.id

@description('The object id, to which roles are assigned.')
output principalId string = identity.properties.principalId

@description('The application id, by which a process asks for tokens.')
output clientId string = identity.properties.clientId
