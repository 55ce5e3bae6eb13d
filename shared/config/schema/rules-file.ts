import * as v from 'valibot';
import { OWNER_PATTERN } from '../../ids.ts';
import { DestinationSchema } from './destination.ts';
import { InterruptionSchema } from './interruption.ts';
import { RuleSchema } from './rule.ts';
import { mustBe, named, section } from './section.ts';
import { choice, listOf, name, pattern, wholeNumber } from './values.ts';

const OWNER = 'a name of lower-case letters, digits and `-` that begins with a letter and has at most 31 characters';
const owner = () => pattern(OWNER, OWNER_PATTERN);

/** A rules file as it is written; what its parts say of each other is judged by `check/`. */
export const RulesFileSchema = section({
  version: v.pipe(v.literal(1, mustBe('1')), v.description('the version of the format: 1')),
  owner: v.pipe(owner(), v.description('the mark on what is attached, as soc')),
  formerOwners: v.pipe(
    v.optional(v.array(owner(), mustBe('a list of owners'))),
    v.description('owners whose attachments are read as ours'),
  ),
  policy: v.pipe(v.optional(choice('sync', 'attach-only')), v.description('attach-only never detaches')),
  guard: v.pipe(
    v.optional(section({ count: v.optional(wholeNumber(0, 1_000_000)), percent: v.optional(wholeNumber(0, 100)) })),
    v.description('how many running machines may lose or change mirroring at once: the larger of count and percent'),
  ),
  interruption: v.pipe(
    v.optional(InterruptionSchema),
    v.description('how running machines on Azure may be interrupted: attaching and detaching do that'),
  ),
  slots: v.pipe(v.optional(wholeNumber(1, 3)), v.description("how many of an interface's three sessions may be ours")),
  graceHours: v.pipe(
    v.optional(wholeNumber(0, 87_600)),
    v.description('how long a stopped machine keeps its attachments'),
  ),
  destinations: v.pipe(
    v.optional(named(name(), 'from a name to a destination', DestinationSchema)),
    v.description('sensor entry points by name'),
  ),
  pools: v.pipe(
    v.optional(named(name(), 'from a name to a list of destinations', listOf(name(), 'a list of destinations'))),
    v.description('lists of destinations of which one is used'),
  ),
  rules: v.pipe(
    v.optional(v.array(RuleSchema, mustBe('a list of rules'))),
    v.description('all are evaluated, in this order'),
  ),
});

export type RulesFile = v.InferOutput<typeof RulesFileSchema>;
