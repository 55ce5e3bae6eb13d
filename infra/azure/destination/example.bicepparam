// Copy this to destination.bicepparam in the root of the repository, write `using 'infra/azure/destination/main.bicep'` there, and
// say what is yours.
using 'main.bicep'

// Two sensors behind a load balancer, in a network that is peered with the one of the sources.
param name = 'sensors-eastus'
param location = 'eastus'
param entry = {
  kind: 'newLoadBalancer'
  name: 'sensors-eastus'
  subnet: '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/security/providers/Microsoft.Network/virtualNetworks/security/subnets/sensors'
  // Where the region has availability zones; the frontend then outlives the loss of one.
  zones: ['1', '2', '3']
  sensors: [
    {
      subscription: '00000000-0000-0000-0000-000000000000'
      resourceGroup: 'security'
      networkInterface: 'sensor-1-nic'
      ipConfiguration: 'ipconfig1'
    }
    {
      subscription: '00000000-0000-0000-0000-000000000000'
      resourceGroup: 'security'
      networkInterface: 'sensor-2-nic'
      ipConfiguration: 'ipconfig1'
    }
  ]
}
param securityGroup = {
  kind: 'existingSecurityGroup'
  name: 'sensors'
}
param sourceAddresses = [
  '10.1.0.0/16'
]
param peering = {
  sensors: '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/security/providers/Microsoft.Network/virtualNetworks/security'
  sources: [
    '/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/workloads/providers/Microsoft.Network/virtualNetworks/workloads'
  ]
}
