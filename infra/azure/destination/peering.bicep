metadata description = 'One direction of a peering between two virtual networks; it works when both are there.'

@description('The name of the network in this resource group.')
param networkName string

@description('The id of the network at the other end, in whatever resource group or subscription.')
param remoteNetwork string

resource network 'Microsoft.Network/virtualNetworks@2025-05-01' existing = {
  name: networkName
}

// Mirrored packets bear the source machine's own address, so no traffic that is forwarded for others is let through.
resource peering 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings@2025-05-01' = {
  parent: network
  name: 'mirroring-to-${last(split(remoteNetwork, '/'))}'
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
