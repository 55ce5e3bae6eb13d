metadata description = 'What a person is told of: queries of the journal\'s lines, which the app writes as JSON, and the depth of the queues.'

@description('The name that those of the alerts begin with.')
param name string

@description('The region of the alerts: that of the workspace.')
param location string

@description('The id of the workspace.')
param workspaceId string

@description('The id of the storage account.')
param storageId string

@description('The ids of the subscriptions that are kept.')
@minLength(1)
param subscriptions string[]

@description('How far back is looked: at least twice as long as from one sweep to the next.')
@allowed(['PT1H', 'PT2H', 'PT6H', 'P1D'])
param sweepWindow string

@description('The id of the action group; empty: nobody is told.')
param actionGroupId string

@description('Tags of the alerts.')
param tags object

// Lines of shared/journal.ts, as functions/journal.ts writes them; a test holds the words in the queries to those there. Each query
// starts with its table: https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-log-query#log-query-constraints
var journal = 'AppTraces | where Message startswith "{" | extend line = parse_json(Message) | extend kind = tostring(line.kind), level = tostring(line.level), code = tostring(line.code), account = tolower(tostring(line.scope.account))'

var alerts = [
  {
    name: 'given-up'
    says: 'Messages were given up after five tries and lie in a queue that ends in -poison. Read the journal\'s faults, mend the cause, then move or delete them.'
    severity: 1
    query: '${journal} | where kind == "dead-letters"'
  }
  {
    name: 'config-invalid'
    says: 'The rules or the settings cannot be read, so nothing is planned. The journal says what to write.'
    severity: 1
    query: '${journal} | where kind == "fault" and code == "config-invalid"'
  }
  {
    name: 'guard-tripped'
    says: 'More would be detached at once than the guard allows. Look at the plan; if it is right, apply it with the guard lifted by name.'
    severity: 1
    query: '${journal} | where kind == "guard-tripped"'
  }
  {
    name: 'failed'
    says: 'Azure refused something that no further try will change. The journal says what was attempted, what Azure said, and what to do.'
    severity: 2
    query: '${journal} | where (kind == "refused" and level == "error") or (kind == "fault" and code in ("denied", "event-unreadable", "needs-restart", "plan-stale", "quota", "unexpected", "unsupported"))'
  }
  {
    name: 'sweep-missing'
    says: 'A subscription was not compared with the rules. See whether the app runs, and the faults in its journal.'
    severity: 1
    query: '${journal} | where kind == "finished" and tostring(line.trigger) == "sweep" | summarize swept = make_set(account), paused = countif(tostring(line.mode) == "paused") | extend account = split("${toLower(join(subscriptions, ','))}", ",") | mv-expand account to typeof(string) | where paused == 0 and not(set_has_element(swept, account))'
  }
  {
    name: 'held'
    says: 'Wanted changes are withheld until a person does what their lines in the journal say.'
    severity: 3
    query: '${journal} | where kind == "held" and level == "warn"'
  }
  {
    name: 'incomplete'
    says: 'No sweep of the last while read all of a subscription; where something was not read, nothing is detached. The lines in the journal say what it was.'
    severity: 2
    query: '${journal} | summarize swept = countif(kind == "finished" and tostring(line.trigger) == "sweep"), unread = countif(kind == "incomplete") by account, correlation = tostring(line.correlation) | where swept > 0 | summarize sweeps = count(), whole = countif(unread == 0) by account | where sweeps >= 2 and whole == 0'
  }
]

resource queries 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for alert in alerts: {
    name: '${name}-${alert.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: '${name}: ${alert.name}'
      description: alert.says
      severity: alert.severity
      enabled: true
      scopes: [workspaceId]
      // A workspace that was made a moment ago may not know its tables yet, and a query of them would be refused.
      skipQueryValidation: true
      evaluationFrequency: 'PT15M'
      windowSize: sweepWindow
      criteria: {
        allOf: [
          {
            query: alert.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      autoMitigate: true
      actions: {
        actionGroups: empty(actionGroupId) ? [] : [actionGroupId]
      }
    }
  }
]

// Storage tells how many messages there are, each hour and of all queues together; not how old they are.
// https://learn.microsoft.com/azure/azure-monitor/reference/supported-metrics/microsoft-storage-storageaccounts-queueservices-metrics
resource depth 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: '${name}-queues'
  location: 'global'
  tags: tags
  properties: {
    description: 'Messages pile up in the queues: the app does not run, or does not keep up.'
    severity: 2
    enabled: true
    scopes: ['${storageId}/queueServices/default']
    evaluationFrequency: 'PT1H'
    windowSize: 'PT6H'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'messages'
          criterionType: 'StaticThresholdCriterion'
          metricNamespace: 'Microsoft.Storage/storageAccounts/queueServices'
          metricName: 'QueueMessageCount'
          timeAggregation: 'Average'
          operator: 'GreaterThan'
          threshold: 1000
        }
      ]
    }
    autoMitigate: true
    actions: empty(actionGroupId) ? [] : [{ actionGroupId: actionGroupId }]
  }
}
