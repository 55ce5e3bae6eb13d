targetScope = 'subscription'

metadata description = 'What the identity may do in a subscription that is kept: read its machines and interfaces, and write and delete TAP configurations. A role definition for each subscription, so that one can be left out again without touching the others.'

@description('Whose deployment it is.')
param owner string

@description('What tells this deployment from others: the id of its resource group.')
param deploymentId string

@description('The object id of the identity.')
param principalId string

var here = subscription().id

// SOURCE_ROLE of functions/arm/roles.ts, which is made from the requests that the code sends.
var actions = [
  'Microsoft.Compute/virtualMachines/instanceView/read'
  'Microsoft.Compute/virtualMachines/read'
  'Microsoft.Network/loadBalancers/read'
  'Microsoft.Network/locations/operationResults/read'
  'Microsoft.Network/locations/operations/read'
  'Microsoft.Network/networkInterfaces/read'
  'Microsoft.Network/networkInterfaces/tapConfigurations/delete'
  'Microsoft.Network/networkInterfaces/tapConfigurations/read'
  'Microsoft.Network/networkInterfaces/tapConfigurations/write'
  'Microsoft.Network/virtualNetworkTaps/read'
  'Microsoft.Network/virtualNetworks/read'
  'Microsoft.Resources/subscriptions/read'
]

// The name is unique in the tenant and the id is not the same in another deployment: a second deployment of this owner that
// keeps this subscription fails here with RoleDefinitionWithSameNameExists.
// https://learn.microsoft.com/azure/role-based-access-control/custom-roles#custom-role-properties
resource role 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(here, deploymentId, 'source')
  properties: {
    roleName: 'tapkeeper-${owner} source ${subscription().subscriptionId}'
    description: 'Lets tapkeeper (owner ${owner}) attach and detach the TAP configurations of this subscription\'s interfaces.'
    type: 'CustomRole'
    permissions: [
      {
        actions: actions
      }
    ]
    assignableScopes: [here]
  }
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(role.id, principalId)
  properties: {
    roleDefinitionId: role.id
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

@description('The name of the role definition, a GUID.')
output roleName string = role.name

@description('The id of the assignment, which is removed before its role.')
output assignmentId string = assignment.id
