import * as v from 'valibot';
import { parseAccountId, parseRegion } from '../../ids.ts';
import type { TripName } from '../../plan/change.ts';
import type { AccountId, Cloud, Digest, NonEmpty, Region, Selection } from '../../words.ts';
import type { BodyProblem } from './problem.ts';
import { selectionSchema, toKeyMessage } from './selection.ts';

/** What the body of a `POST resync` asks for, with its defaults filled in. */
export interface ResyncRequest {
  readonly selection: Selection;
  /** Narrow down the scopes that this deployment keeps; `null`: all of them. */
  readonly account: AccountId | null;
  readonly region: Region | null;
  readonly mode: 'plan' | 'apply';
  /** The digest of the plan that the caller has looked at; `null`: none. */
  readonly expects: Digest | null;
  readonly lift: readonly TripName[];
  /** Changes and holds in one answer. */
  readonly limit: number;
  /** How many of them earlier answers held. */
  readonly offset: number;
}

export type ParsedRequest =
  | { readonly kind: 'valid'; readonly request: ResyncRequest }
  | { readonly kind: 'invalid'; readonly problems: NonEmpty<BodyProblem> };

/** A body of a thousand EC2 ids is 24 KB; whoever has more to name means everything. */
export const LONGEST_BODY = 65_536;
export const DEFAULT_LIMIT = 100;
export const HIGHEST_LIMIT = 1000;
export const CURSOR_PREFIX = 'from-';

/** Reads a body, or says everything that is wrong with it. */
export function parseRequest(body: string, cloud: Cloud): ParsedRequest {
  if (body.length > LONGEST_BODY)
    return invalid(`the body is longer than ${LONGEST_BODY} characters; ask for "everything"`);
  const json = findJson(body);
  if (json === null) return invalid('the body is not JSON, as {"scope": "everything", "mode": "plan"}');
  const parsed = v.safeParse(bodySchema(cloud), json.value);
  if (parsed.success) return { kind: 'valid', request: parsed.output };
  const [first, ...others] = parsed.issues;
  return { kind: 'invalid', problems: [toProblem(first), ...others.map(toProblem)] };
}

const invalid = (detail: string): ParsedRequest => ({ kind: 'invalid', problems: [{ pointer: '#', detail }] });

function findJson(text: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return null;
  }
}

const account = v.pipe(
  v.string('must be an AWS account id or an Azure subscription id'),
  v.regex(
    /^(\d{12}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i,
    'must be the 12 digits of an AWS account or the GUID of an Azure subscription',
  ),
  v.transform(parseAccountId),
);
const region = v.pipe(
  v.string('must be a region, as us-east-1'),
  v.regex(/^[a-z0-9-]{2,40}$/i, 'must be a region, as us-east-1'),
  v.transform(parseRegion),
);
const expects = v.pipe(
  v.string('must be the digest of a plan'),
  v.regex(/^[0-9a-f]{64}$/, 'must be the 64 hexadecimal digits of a digest, as a plan gives it'),
  v.transform((digest) => digest as Digest),
);
const lift = v.array(
  v.picklist(['batch', 'limit', 'all'], 'must be the name of a trip: "batch", "limit" or "all"'),
  'must be a list of names of trips, as ["limit"]',
);
const limitProblem = `must be a whole number from 1 to ${HIGHEST_LIMIT}`;
const limit = v.pipe(
  v.number(limitProblem),
  v.integer(limitProblem),
  v.minValue(1, limitProblem),
  v.maxValue(HIGHEST_LIMIT, limitProblem),
);
const cursorProblem = 'must be the `next` of an earlier answer';
const cursor = v.pipe(
  v.string(cursorProblem),
  v.regex(/^from-[0-9]{1,9}$/, cursorProblem),
  v.transform((text) => Number(text.slice(CURSOR_PREFIX.length))),
);

const bodySchema = (cloud: Cloud) =>
  v.pipe(
    v.strictObject(
      {
        scope: selectionSchema(cloud),
        mode: v.picklist(['plan', 'apply'], 'must be "plan" or "apply"'),
        account: v.optional(account),
        region: v.optional(region),
        expects: v.optional(expects),
        lift: v.optional(lift, []),
        limit: v.optional(limit, DEFAULT_LIMIT),
        cursor: v.optional(cursor),
      },
      toKeyMessage,
    ),
    v.forward(
      v.partialCheck(
        [['mode'], ['cursor']],
        ({ mode, cursor: from }) => mode === 'plan' || from === undefined,
        'is for plans only: applying again would not continue the answer before',
      ),
      ['cursor'],
    ),
    v.transform(({ scope, cursor: from, ...given }): ResyncRequest => ({
      selection: scope,
      account: given.account ?? null,
      region: given.region ?? null,
      mode: given.mode,
      expects: given.expects ?? null,
      lift: [...new Set(given.lift)],
      limit: given.limit,
      offset: from ?? 0,
    })),
  );

function toProblem({
  path,
  message,
}: {
  readonly path?: readonly { readonly key: unknown }[] | undefined;
  readonly message: string;
}): BodyProblem {
  // JSON pointers escape these two: RFC 6901, section 3.
  const escape = (key: unknown): string => String(key).replaceAll('~', '~0').replaceAll('/', '~1');
  return { pointer: ['#', ...(path ?? []).map(({ key }) => escape(key))].join('/'), detail: message };
}
