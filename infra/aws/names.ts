import type { Owner } from '../../shared/words.ts';

/** What a deployment's resources are called: by its owner, so that a second one of the same owner fails to deploy. */
export const namesOf = (owner: Owner) => {
  const name = `tapkeeper-${owner}`;
  return {
    stack: name,
    memberStack: `${name}-member`,
    destinationStack: `${name}-destination`,
    /** The role that writes sessions. It exists once in an account, so a second deployment of the owner cannot be. */
    role: name,
    sweepRole: `${name}-sweep`,
    /** The role that is assumed in other accounts. */
    memberRole: `${name}-member`,
    functions: { onChange: `${name}-on-change`, sweep: `${name}-sweep`, resync: `${name}-resync` },
    queues: { event: `${name}-events`, bulk: `${name}-bulk` },
    /** Where work ends that nobody could do, and what never reached a queue or a function. */
    deadLetters: { event: `${name}-events-dead`, bulk: `${name}-bulk-dead`, undelivered: `${name}-undelivered` },
    /** The event bus to which other accounts and regions forward. */
    bus: name,
    /** Of the metrics in CloudWatch. */
    namespace: `tapkeeper/${owner}`,
  } as const;
};

/** Under which a template says what the deployment keeps, as a list of `account:region`: removing it compares that with the settings. */
export const SCOPES_METADATA = 'TapkeeperScopes';
