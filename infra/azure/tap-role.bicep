targetScope = 'subscription'

metadata description = 'What the identity may do with VTAPs: read them, and join interfaces to them. The role is defined in the subscription of the VTAPs; tap-access.bicep assigns it to single ones.'

@description('Whose deployment it is.')
param owner string

@description('What tells this deployment from others: the id of its resource group.')
param deploymentId string

@description('The object id of the identity.')
param principalId string

@description('Whether all VTAPs of the subscription may be joined, those to come included.')
@allowed(['all', 'single'])
param taps string

var here = subscription().id

// TAP_ROLE of functions/arm/roles.ts, which is made from the requests that the code sends.
var actions = [
  'Microsoft.Network/virtualNetworkTaps/join/action'
  'Microsoft.Network/virtualNetworkTaps/read'
]

resource role 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(here, deploymentId, 'tap')
  properties: {
    roleName: 'tapkeeper-${owner} tap ${subscription().subscriptionId}'
    description: 'Lets tapkeeper (owner ${owner}) join interfaces to virtual network TAPs of this subscription.'
    type: 'CustomRole'
    permissions: [
      {
        actions: actions
      }
    ]
    assignableScopes: [here]
  }
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (taps == 'all') {
  name: guid(role.id, principalId)
  properties: {
    roleDefinitionId: role.id
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

@description('The id of the role definition.')
output roleId string = role.id

@description('The name of the role definition, a GUID.')
output roleName string = role.name

@description('The id of the assignment, which is removed before its role; empty: the VTAPs are assigned singly.')
output assignmentId string = taps == 'all' ? assignment.id : ''
