metadata description = 'Alerts on events that could not be delivered: given to the container of dead letters, or dropped.'

@description('Whose deployment it is.')
param owner string

@description('The id of the system topic.')
param topicId string

@description('The id of the action group; empty: nobody is told.')
param actionGroupId string

@description('Tags of the alerts.')
param tags object

// Two alerts: the conditions of one have to hold together.
// https://learn.microsoft.com/azure/azure-monitor/reference/supported-metrics/microsoft-eventgrid-systemtopics-metrics
resource alerts 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for metric in ['DeadLetteredCount', 'DroppedEventCount']: {
    name: 'tapkeeper-${owner}-${metric}'
    location: 'global'
    tags: tags
    properties: {
      description: 'Events of this subscription do not reach tapkeeper, if the event subscription that the alert names is tapkeeper-${owner}; another is that of somebody with whom the topic is shared. Sweeps still find what they would have told. See the topic\'s delivery errors and its roles on the storage account.'
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
            // Each event subscription by itself, so that the alert names it: there may be others' on the topic.
            // https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-metric-multiple-time-series-single-rule
            dimensions: [
              {
                name: 'EventSubscriptionName'
                operator: 'Include'
                values: ['*']
              }
            ]
          }
        ]
      }
      autoMitigate: true
      actions: empty(actionGroupId) ? [] : [{ actionGroupId: actionGroupId }]
    }
  }
]
