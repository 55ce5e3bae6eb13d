metadata description = 'A Standard internal load balancer in front of sensors: every port and protocol of one private address.'

@description('The name of the load balancer.')
param name string

@description('The region; that of the sensors.')
param location string

@description('The id of the subnet that the frontend takes its address from.')
param subnet string

@description('A fixed private IPv4 address of the frontend; null: any free one of the subnet.')
param address string?

@description('The availability zones of the frontend; none: Azure chooses.')
param zones string[]

@description('The TCP port that every sensor answers on: 22 is open on most appliances.')
param probePort int

@description('Tags of the load balancer.')
param tags object

var frontendName = 'sensors'
var poolName = 'sensors'
var probeName = 'sensors'

// No members are written here, and none are taken away by deploying again: those of a pool by NIC stand on the NICs.
// https://learn.microsoft.com/azure/load-balancer/backend-pool-management
resource loadBalancer 'Microsoft.Network/loadBalancers@2025-05-01' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: 'Standard'
  }
  properties: {
    frontendIPConfigurations: [
      {
        name: frontendName
        // https://learn.microsoft.com/azure/reliability/reliability-load-balancer
        ...(empty(zones) ? {} : { zones: zones })
        properties: {
          subnet: {
            id: subnet
          }
          privateIPAddressVersion: 'IPv4'
          ...(address == null
            ? { privateIPAllocationMethod: 'Dynamic' }
            : { privateIPAllocationMethod: 'Static', privateIPAddress: address! })
        }
      }
    ]
    backendAddressPools: [
      {
        name: poolName
      }
    ]
    probes: [
      {
        name: probeName
        properties: {
          protocol: 'Tcp'
          port: probePort
          intervalInSeconds: 5
          probeThreshold: 1
        }
      }
    ]
    loadBalancingRules: [
      {
        // HA ports: https://learn.microsoft.com/azure/load-balancer/load-balancer-ha-ports-overview
        name: 'all-ports'
        properties: {
          frontendIPConfiguration: {
            id: resourceId('Microsoft.Network/loadBalancers/frontendIPConfigurations', name, frontendName)
          }
          backendAddressPool: {
            id: resourceId('Microsoft.Network/loadBalancers/backendAddressPools', name, poolName)
          }
          probe: {
            id: resourceId('Microsoft.Network/loadBalancers/probes', name, probeName)
          }
          protocol: 'All'
          frontendPort: 0
          backendPort: 0
          loadDistribution: 'Default'
          enableFloatingIP: false
        }
      }
    ]
  }
}

@description('The id of the frontend, which a VTAP points at.')
output frontendId string = '${loadBalancer.id}/frontendIPConfigurations/${frontendName}'

@description('The id of the backend pool, which the sensors join.')
output poolId string = '${loadBalancer.id}/backendAddressPools/${poolName}'
