import * as v from 'valibot';
import { findCronProblem, isTimeZone, knownTimeZones } from '../../schedule.ts';
import { DURATION_PATTERN, findSeconds, sayDuration } from '../duration.ts';
import { findNearest } from '../nearest.ts';
import { mustBe, section } from './section.ts';
import { listOf, wholeNumber } from './values.ts';

/** More at a time is no limit any more. */
const MOST_IN_FLIGHT = 1000;
/** A tag that flaps for longer is for its owner to look at; until then nothing would be attached. */
const LONGEST_SETTLE_SECONDS = 600;
const LONGEST_WINDOW_SECONDS = 7 * 24 * 3600;

const CRON =
  'a cron expression of five fields (minute, hour, day of the month, month, day of the week), as "0 2 * * *"';
const SETTLE = 'a duration, as 30s or 2m';
const WINDOW_DURATION = 'a duration in hours and minutes, as 90m, 4h or 2h30m';
const ZONE = 'an IANA time zone, as Europe/Berlin';

/** What is wrong with a text, as the end of a sentence; `null`: nothing. */
type Complaint = (input: string) => string | null;

/**
 * A text that nothing is wrong with. The pattern is what of that a JSON Schema can say; it refuses nothing that the complaint
 * does not. What is no text is said to be no such thing, not to lack its quotes: `settle: 30` lacks its unit.
 */
function textThat(what: string, pattern: RegExp, complain: Complaint) {
  const say = ({ input }: { readonly input: string }): string =>
    `${mustBe(what)({ input })}${complain(input) === null ? '' : `: ${complain(input)}`}`;
  return v.pipe(
    v.custom<string>((input) => typeof input === 'string', mustBe(what)),
    v.string(),
    v.regex(pattern, say),
    v.check((input) => complain(input) === null, say),
  );
}

const duration = (what: string, complain: (seconds: number) => string | null) =>
  textThat(what, DURATION_PATTERN, (input) => {
    const seconds = findSeconds(input);
    return seconds === null ? 'write hours, minutes and seconds in this order, each with its unit' : complain(seconds);
  });

const complainOfSettle = (seconds: number): string | null =>
  seconds > LONGEST_SETTLE_SECONDS ? `at most ${sayDuration(LONGEST_SETTLE_SECONDS)}` : null;

function complainOfWindow(seconds: number): string | null {
  if (seconds % 60 !== 0) return 'windows begin and end with a minute';
  if (seconds === 0) return 'it would never be open';
  return seconds > LONGEST_WINDOW_SECONDS ? `at most ${sayDuration(LONGEST_WINDOW_SECONDS)}` : null;
}

const complainOfZone: Complaint = (input) => {
  if (isTimeZone(input)) return null;
  if (/^[+-]?[0-9]/.test(input)) return 'an offset does not follow summer time';
  const nearest = findNearest(input, knownTimeZones());
  return nearest === null ? 'no zone has this name' : `did you mean \`${nearest}\`?`;
};

const WindowSchema = section({
  cron: v.pipe(
    textThat(CRON, /^\s*(\S+\s+){4}\S+\s*$/, findCronProblem),
    v.description('when it begins: five fields, minute first, as "0 2 * * *"'),
  ),
  duration: v.pipe(
    duration(WINDOW_DURATION, complainOfWindow),
    v.description('how long it is open, as 4h; nothing starts in its last minute'),
  ),
  timeZone: v.pipe(
    v.optional(textThat(ZONE, /^[A-Za-z]/, complainOfZone)),
    v.description('an IANA time zone, as Europe/Berlin; UTC when left out'),
  ),
});

/** How running machines may be interrupted, as it is written. */
export const InterruptionSchema = section({
  inFlight: v.pipe(
    v.optional(wholeNumber(1, MOST_IN_FLIGHT)),
    v.description('how many running machines of a subscription may change at a time; 5 when left out'),
  ),
  settle: v.pipe(
    v.optional(duration(SETTLE, complainOfSettle)),
    v.description('how long a running machine is left alone after an event, as 30s'),
  ),
  windows: v.pipe(
    v.optional(listOf(WindowSchema, 'a list of windows, each with `cron`, `duration` and `timeZone`')),
    v.description('when running machines may be interrupted; at any time when left out'),
  ),
});

export type InterruptionSection = v.InferOutput<typeof InterruptionSchema>;
