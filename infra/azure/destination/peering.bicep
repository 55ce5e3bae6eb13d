metadata description = 'One direction of a peering between two virtual networks; it works when both are there.'

@description('The name of the network in this resource group.')
param networkName string

@description('The id of the network at the other end, in whatever resource group or subscription.')
param remoteNetwork string

resource network 'Microsoft.Network/virtualNetworks@2025-05-01' existing = {
  name: networkName
}

// Networks of different groups may share a name, and this one can be peered with both; a peering's name takes 80 characters.
// https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftnetwork
var remoteName = last(split(remoteNetwork, '/'))
var peeringName = '${take('mirroring-to-${remoteName}', 66)}-${uniqueString(toLower(remoteNetwork))}'

// Mirrored packets bear the source machine's own address, so no traffic that is forwarded for others is let through.
resource peering 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings@2025-05-01' = {
  parent: network
  name: peeringName
  properties: {
    remoteVirtualNetwork: {
      id: remoteNetwork
    }
    allowVirtualNetworkAccess: true
    allowForwardedTraffic: false
    allowGatewayTransit: false
    useRemoteGateways: false
  }
}
