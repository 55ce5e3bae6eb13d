metadata description = 'Alerts on events that could not be delivered: given to the container of dead letters, or dropped.'

@description('Whose deployment it is.')
param owner string

@description('The id of the system topic.')
param topicId string

@description('The id of the action group; empty: nobody is told.')
param actionGroupId string

// Two alerts: the conditions of one have to hold together.
// https://learn.microsoft.com/azure/azure-monitor/reference/supported-metrics/microsoft-eventgrid-systemtopics-metrics
resource alerts 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for metric in ['DeadLetteredCount', 'DroppedEventCount']: {
    name: 'tapkeeper-${owner}-${metric}'
    location: 'global'
    properties: {
      description: 'Events of this subscription do not reach tapkeeper; sweeps still find what they would have told. See the topic\'s delivery errors and its roles on the storage account.'
      severity: 2
      enabled: true
      scopes: [topicId]
      evaluationFrequency: 'PT15M'
      windowSize: 'PT1H'
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            name: 'any'
            criterionType: 'StaticThresholdCriterion'
            metricNamespace: 'Microsoft.EventGrid/systemTopics'
            metricName: metric
            timeAggregation: 'Total'
            operator: 'GreaterThan'
            threshold: 0
          }
        ]
      }
      autoMitigate: true
      actions: empty(actionGroupId) ? [] : [{ actionGroupId: actionGroupId }]
    }
  }
]
