metadata description = 'Assigns the tap role to one VTAP.'

@description('The name of the VTAP.')
param tapName string

@description('The id of the role definition of tap-role.bicep.')
param roleId string

@description('The object id of the identity.')
param principalId string

resource tap 'Microsoft.Network/virtualNetworkTaps@2025-05-01' existing = {
  name: tapName
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(tap.id, roleId, principalId)
  scope: tap
  properties: {
    roleDefinitionId: roleId
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

@description('The id of the assignment, which is removed before its role.')
output assignmentId string = assignment.id
