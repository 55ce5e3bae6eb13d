targetScope = 'resourceGroup'

metadata description = 'What stands between mirrored machines and sensors: a load balancer, a VTAP, security rules and peerings.'

@description('The name of the VTAP; the deployments of its parts are named after it.')
@maxLength(40)
param name string

@description('The region of the sensors and of every machine that is mirrored to them. `az provider show --namespace Microsoft.Network` lists the regions that have VTAPs under virtualNetworkTaps; documented are East Asia, West Central US, UK South, East US, Central India, Germany West Central and Central US.')
param location string = resourceGroup().location

@description('Where the VTAP sends: a load balancer that is created for sensors, a load balancer that there is, or a collector\'s second NIC. Exactly one.')
param entry sensorEntry

@description('The network security group of the sensors that lets mirrored packets and the probe in: a new one, or one that there is in this resource group; null: none is touched.')
param securityGroup sensorSecurityGroup?

@description('Where mirrored packets come from: VirtualNetwork alone, or CIDRs of the sources\' networks.')
param sourceAddresses string[] = ['VirtualNetwork']

@description('The networks to peer; null: they are peered already, or are one.')
param peering peerings?

@description('Tags of everything that is created.')
param tags object = {}

@description('Where a VTAP can send. Two at once cannot be written down.')
@discriminator('kind')
type sensorEntry = newLoadBalancer | loadBalancerFrontend | collectorIpConfiguration

@description('A Standard internal load balancer that is created in this resource group.')
@sealed()
type newLoadBalancer = {
  kind: 'newLoadBalancer'
  @description('Its name.')
  name: string
  @description('The id of the subnet of the sensors, where its frontend gets an address.')
  subnet: string
  @description('A fixed private address; any free one when left out.')
  address: string?
  @description('The availability zones that its frontend is in, all three where the region has them; in none that is known when left out. It cannot be changed later.')
  zones: string[]?
  @description('The TCP port that sensors answer on; 22 when left out.')
  probePort: int?
  @description('The sensors that are to join the pool: with the first NIC of each.')
  sensors: sensor[]?
}

@description('The first NIC of a sensor.')
@sealed()
type sensor = {
  @description('The subscription of the NIC.')
  subscription: string
  @description('The resource group of the NIC.')
  resourceGroup: string
  @description('The name of the NIC.')
  networkInterface: string
  @description('The name of its IP configuration.')
  ipConfiguration: string
}

@description('The frontend of a Standard internal load balancer that there is.')
@sealed()
type loadBalancerFrontend = {
  kind: 'loadBalancerFrontend'
  @description('Its id: …/frontendIPConfigurations/….')
  id: string
  @description('The TCP port of its probe; 22 when left out.')
  probePort: int?
}

@description('A collector without a load balancer: an IP configuration of its second NIC.')
@sealed()
type collectorIpConfiguration = {
  kind: 'collectorIpConfiguration'
  @description('Its id: …/networkInterfaces/…/ipConfigurations/….')
  id: string
}

@description('Where the security rules go.')
@discriminator('kind')
type sensorSecurityGroup = newSecurityGroup | existingSecurityGroup

@description('A network security group that is created.')
@sealed()
type newSecurityGroup = {
  kind: 'newSecurityGroup'
  name: string
}

@description('A network security group in this resource group.')
@sealed()
type existingSecurityGroup = {
  kind: 'existingSecurityGroup'
  name: string
  @description('The priority of the first rule, from 100 to 4095; the next takes the number after it. 200 when left out.')
  priority: int?
}

@description('The network of the sensors, and those of the sources.')
@sealed()
type peerings = {
  @description('The id of the network of the sensors.')
  sensors: string
  @description('The ids of the networks of the sources, in whatever resource group or subscription.')
  sources: string[]
}

var probePort = entry.?probePort ?? 22
var firstPriority = securityGroup.?priority ?? 200
var isBalanced = entry.kind != 'collectorIpConfiguration'

// Behind a load balancer, too, packets come from the source machine's address; only probes come from the load balancer.
// https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview
var mirroredPackets = {
  name: 'allow-mirrored-packets'
  properties: {
    description: 'VXLAN from machines that are mirrored.'
    priority: firstPriority
    direction: 'Inbound'
    access: 'Allow'
    protocol: 'Udp'
    // A service tag stands alone; a list takes CIDRs only.
    ...(length(sourceAddresses) == 1
      ? { sourceAddressPrefix: sourceAddresses[0] }
      : { sourceAddressPrefixes: sourceAddresses })
    sourcePortRange: '*'
    destinationAddressPrefix: '*'
    destinationPortRange: '4789'
  }
}
var probes = {
  name: 'allow-probes'
  properties: {
    description: 'The load balancer asks whether a sensor is there.'
    priority: firstPriority + 1
    direction: 'Inbound'
    access: 'Allow'
    protocol: 'Tcp'
    sourceAddressPrefix: 'AzureLoadBalancer'
    sourcePortRange: '*'
    destinationAddressPrefix: '*'
    destinationPortRange: string(probePort)
  }
}
var securityRules = isBalanced ? [mirroredPackets, probes] : [mirroredPackets]

module loadBalancer 'load-balancer.bicep' = if (entry.kind == 'newLoadBalancer') {
  name: '${name}-load-balancer'
  params: {
    name: entry.?name ?? ''
    location: location
    subnet: entry.?subnet ?? ''
    address: entry.?address
    zones: entry.?zones ?? []
    probePort: probePort
    tags: tags
  }
}

module createdSecurityGroup 'new-security-group.bicep' = if (securityGroup.?kind == 'newSecurityGroup') {
  name: '${name}-security-group'
  params: {
    name: securityGroup.?name ?? ''
    location: location
    rules: securityRules
    tags: tags
  }
}

module addedSecurityRules 'security-rules.bicep' = if (securityGroup.?kind == 'existingSecurityGroup') {
  name: '${name}-security-rules'
  params: {
    securityGroupName: securityGroup.?name ?? ''
    rules: securityRules
  }
}

// One at a time, and one direction after the other: a network takes no second change while one is under way.
@batchSize(1)
module fromSources 'peering.bicep' = [
  for (source, index) in peering.?sources ?? []: {
    name: '${name}-peering-from-${index}'
    scope: resourceGroup(split(source, '/')[2], split(source, '/')[4])
    params: {
      networkName: last(split(source, '/'))
      remoteNetwork: peering!.sensors
    }
  }
]

@batchSize(1)
module toSources 'peering.bicep' = [
  for (source, index) in peering.?sources ?? []: {
    name: '${name}-peering-to-${index}'
    scope: resourceGroup(split(peering!.sensors, '/')[2], split(peering!.sensors, '/')[4])
    params: {
      networkName: last(split(peering!.sensors, '/'))
      remoteNetwork: source
    }
    dependsOn: [
      fromSources
    ]
  }
]

// Peering has to be there before a VTAP: https://learn.microsoft.com/azure/virtual-network/virtual-network-tap-overview
module virtualNetworkTap 'virtual-network-tap.bicep' = {
  name: '${name}-virtual-network-tap'
  params: {
    name: name
    location: location
    destination: entry.kind == 'newLoadBalancer'
      ? { kind: 'loadBalancerFrontend', id: loadBalancer!.outputs.frontendId }
      : entry.kind == 'loadBalancerFrontend'
          ? { kind: 'loadBalancerFrontend', id: entry.?id ?? '' }
          : { kind: 'collectorIpConfiguration', id: entry.?id ?? '' }
    tags: tags
  }
  dependsOn: [
    toSources
  ]
}

@description('The lines of the rules file for this destination, under the name that it is given there.')
output rulesFile string[] = [
  'cloud: azure'
  'virtualNetworkTap: ${virtualNetworkTap.outputs.id}'
]

// A template that wrote a NIC again would take away whatever of it the template does not say, so these are left to the CLI,
// which reads the NIC first. https://learn.microsoft.com/cli/azure/network/nic/ip-config/address-pool
@description('The commands that put the sensors into the pool of the new load balancer: run each of them once.')
output joinCommands string[] = [
  for one in entry.?sensors ?? []: 'az network nic ip-config address-pool add --subscription ${one.subscription} --resource-group ${one.resourceGroup} --nic-name ${one.networkInterface} --ip-config-name ${one.ipConfiguration} --address-pool ${loadBalancer!.outputs.poolId}'
]

@description('The id of the new network security group, for the subnet or the NICs of the sensors; null where none was created.')
output securityGroupId string? = securityGroup.?kind == 'newSecurityGroup' ? createdSecurityGroup!.outputs.id : null
