/** The namespace of the metrics where a deployment names none of its own. */
export const METRICS_NAMESPACE = 'tapkeeper';

/** What CloudWatch counts, by name: the journal writes these, and alarms and the dashboard of a deployment read them. */
export const METRICS = {
  /** Changes that a plan has, by `change`. */
  planned: 'planned',
  /** Changes that were carried out, by `change`. */
  applied: 'applied',
  /** Milliseconds from an event to the attachment that it led to. */
  eventToAttachment: 'eventToAttachment',
  /** Changes that are withheld, by `reason`. */
  held: 'held',
  /** Those of them that wait for a person. */
  needsPerson: 'needsPerson',
  /** Changes that the cloud refused, by `code`. */
  failed: 'failed',
  /** What went wrong with more than one change, by `code`. */
  fault: 'fault',
  guardTripped: 'guardTripped',
  /** Reads that did not come to their end. */
  incomplete: 'incomplete',
  /** Orders that came to their end, by `trigger`. */
  finished: 'finished',
  /** Messages that a queue has given up, by `lane`. */
  deadLetters: 'dead-letters',
  /** Changes with nothing left to do. */
  gone: 'gone',
  /** Sources that went back to the queue when time ran short. */
  continued: 'continued',
  /** Machines that a launch hook held back and that went into service. */
  released: 'released',
} as const;

export type MetricName = (typeof METRICS)[keyof typeof METRICS];
