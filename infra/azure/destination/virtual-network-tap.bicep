metadata description = 'A virtual network TAP (VTAP) in front of exactly one destination.'

@description('The name of the VTAP.')
param name string

@description('The region: that of the sources and of the destination, and one that has VTAPs.')
param location string

@description('Where the mirrored packets go: the frontend of an internal load balancer, or an IP configuration of a collector.')
param destination tapDestination

@description('Tags of the VTAP.')
param tags object

@description('One of the two; a VTAP has a single destination.')
@discriminator('kind')
type tapDestination = loadBalancerFrontend | collectorIpConfiguration

@description('The frontend of a Standard internal load balancer.')
@sealed()
type loadBalancerFrontend = {
  kind: 'loadBalancerFrontend'
  @description('Its id: …/frontendIPConfigurations/….')
  id: string
}

@description('An IP configuration of a network interface of a collector.')
@sealed()
type collectorIpConfiguration = {
  kind: 'collectorIpConfiguration'
  @description('Its id: …/networkInterfaces/…/ipConfigurations/….')
  id: string
}

// The port is fixed: https://learn.microsoft.com/azure/virtual-network/virtual-network-tap-overview
var port = 4789

resource virtualNetworkTap 'Microsoft.Network/virtualNetworkTaps@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: destination.kind == 'loadBalancerFrontend'
    ? {
        destinationLoadBalancerFrontEndIPConfiguration: {
          id: destination.id
        }
        destinationPort: port
      }
    : {
        destinationNetworkInterfaceIPConfiguration: {
          id: destination.id
        }
        destinationPort: port
      }
}

@description('The id of the VTAP, for the rules file.')
output id string = virtualNetworkTap.id
