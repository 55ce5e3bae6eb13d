metadata description = 'Rules in a network security group that there is already. Its other rules stay.'

@description('The name of the network security group.')
param securityGroupName string

@description('The rules: a name and the properties of each.')
param rules rule[]

@description('A rule of a network security group.')
type rule = {
  name: string
  properties: object
}

resource securityGroup 'Microsoft.Network/networkSecurityGroups@2025-05-01' existing = {
  name: securityGroupName
}

// One at a time: a network security group takes no second change while one is under way.
@batchSize(1)
resource securityRules 'Microsoft.Network/networkSecurityGroups/securityRules@2025-05-01' = [
  for one in rules: {
    parent: securityGroup
    name: one.name
    properties: one.properties
  }
]
