// Copy this to tapkeeper.bicepparam in the root of the repository, write `using 'infra/azure/main.bicep'` there, and say what is
// yours. What is left out keeps its default.
using 'main.bicep'

// The `owner` of tapkeeper.yaml.
param owner = 'soc'

param location = 'eastus'

param subscriptions = [
  '11111111-2222-3333-4444-555555555555'
  '66666666-7777-8888-9999-000000000000'
]

// Where destinations are VTAPs: each of them.
param taps = [
  '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/sensors/providers/Microsoft.Network/virtualNetworkTaps/sensor'
]

// Where destinations are load balancers' frontends or collectors' IP configurations: the subscriptions of their VTAPs.
param tapSubscriptions = []

// enforce, once the plans that it tells of are right; paused, before it is removed.
param mode = 'observe'

param sweepSchedule = '0 */15 * * * *'
param sweepWindow = 'PT1H'

// As 'https://rules.blob.core.windows.net/tapkeeper/tapkeeper.yaml'; grant the identity Storage Blob Data Reader there.
param rules = ''

param alertEmail = 'soc@example.com'
param logRetentionDays = 30

param tapCapacity = 100

param nodeVersion = '22'
param maximumInstanceCount = 40
param instanceMemoryMB = 2048

// As { subscription: '1111…', resourceGroup: 'Default-EventGrid', name: 'subscription-events' }, if deploying says that only
// one system topic is allowed per source.
param systemTopics = []

// With both, those people and applications can lift the guard over HTTP.
param signInClientId = null
param signInPrincipals = []

// As { costCenter: '4711' }.
param tags = {}
