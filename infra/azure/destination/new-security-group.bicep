metadata description = 'A network security group of the sensors, with the rules that are given and no others.'

@description('The name of the network security group.')
param name string

@description('The region; that of the sensors.')
param location string

@description('The rules: a name and the properties of each.')
param rules rule[]

@description('Tags of the network security group.')
param tags object

@description('A rule of a network security group.')
type rule = {
  name: string
  properties: object
}

// All rules stand in the group itself: deploying again puts back what was changed by hand, and takes away what was added.
resource securityGroup 'Microsoft.Network/networkSecurityGroups@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    securityRules: rules
  }
}

@description('The id of the network security group, which a subnet or NIC is told.')
output id string = securityGroup.id
