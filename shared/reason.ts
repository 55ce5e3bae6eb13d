/** Why a wanted change is withheld. A hold withholds a change, never an attachment. */
export const HOLDS = {
  'unknown-destination': 'correct the tag, or add the name to the destinations that the rule allows',
  'destination-missing': 'create the mirror target or VTAP in front of the sensor, then wait for the next sweep',
  'destination-unhealthy': 'bring the sensor entry point back; it is tried again by the next sweep',
  'destination-full': 'add a sensor to the pool, or put the sensors behind a load balancer',
  'no-filter-here': "name a filter that this account has, and that accepts packets, as the destination's `filter`",
  'out-of-reach': 'name a destination of this cloud and region, or one that is shared with this account',
  unfit: 'put right what the hold names, if it can be, or exclude the interface by rule to silence this',
  'needs-restart': 'stop (deallocate) and start the virtual machine once',
  'outside-window': 'wait for the next window',
  'operation-failed':
    'look at what the cloud said; it is tried again in an hour, or at once when the machine is started',
  'interrupting-enough':
    'wait: other machines are changing; what gets no turn in time is found again by the next sweep',
  settling: 'wait: it is looked at again when its tags have been left alone for a while',
  'until-unreadable': 'write the tag as an ISO 8601 time, as 2026-12-31T00:00:00Z',
  policy: 'set `policy: sync` to let tapkeeper detach, or detach it by hand',
  guard: 'look at the plan; if it is right, apply it with the guard lifted by name',
  'inventory-incomplete': 'see why the read is incomplete; the next sweep tries again',
  'slot-taken': 'free the session number, or choose another for the destination',
  'would-preempt-theirs': "change the session number or the filters, or allow it with the destination's `preempt`",
  shadowed: 'give the destination a lower session number, or narrow the filters before it',
  'no-room': 'remove a session of the interface, or raise `slots`',
  'modify-refused': 'look at what the cloud said; the attachment stays as it is',
  changing: 'wait: the machine, the interface or the attachment is changing and is looked at again',
} as const satisfies Record<string, string>;

export type HoldCode = keyof typeof HOLDS;

/** What ends by itself, or is as somebody has decided. */
const PASSING: readonly HoldCode[] = [
  'outside-window',
  'operation-failed',
  'interrupting-enough',
  'settling',
  'policy',
  'inventory-incomplete',
  'changing',
];

/** Whether a hold lasts until a person does what its remedy says. */
export const needsPerson = (code: HoldCode): boolean => !PASSING.includes(code);

/** What is worth saying about a source although nothing is withheld. */
export const NOTES = {
  'satisfied-by-theirs': 'a session that others made already does what is wished',
  shadowed: 'sessions with lower numbers take all of its packets',
  'partly-shadowed': 'sessions with lower numbers take or reject part of its packets',
  'filter-takes-nothing': 'its filter accepts no packet',
  'precedes-theirs': 'it comes before sessions that others made, and takes packets that they would take',
  'number-moved': 'the number of the destination is taken; the next free one is used',
  'opted-out': 'a `never` rule takes away what other rules wish',
  'destination-unchecked': 'whether the destination is healthy could not be told',
  expired: 'the time until which a rule wishes mirroring has passed',
} as const satisfies Record<string, string>;

export type NoteCode = keyof typeof NOTES;

/** Why an attachment of ours is taken away. */
export const DETACHES = {
  unwished: 'no rule wishes it',
  displaced: 'earlier wishes need its room',
  detached: 'its interface is not attached to a machine',
  stopped: 'its machine has been stopped for longer than the grace',
  gone: 'its interface or machine no longer exists',
  drained: 'everything of ours is being taken away',
} as const satisfies Record<string, string>;

export type DetachCode = keyof typeof DETACHES;
