import { parseAccountId } from '../../ids.ts';
import type { AccountId, NonEmpty, Scope, Selection, Subject } from '../../words.ts';
import { groupBy } from '../../group-by.ts';
import { toScopeKey } from '../scope.ts';
import type { BodyProblem } from './problem.ts';
import type { ResyncRequest } from './request.ts';

/** What a request addresses in one scope. */
export interface Target {
  readonly scope: Scope;
  readonly selection: Selection;
}

export type Targets =
  | { readonly kind: 'found'; readonly targets: NonEmpty<Target> }
  | { readonly kind: 'invalid'; readonly problems: NonEmpty<BodyProblem> };

/**
 * The scopes that a request is about. An ARM id says its subscription; an EC2 id does not say its account, so with several
 * scopes the caller has to.
 */
export function findTargets(kept: readonly Scope[], request: ResyncRequest): Targets {
  const { selection, account, region } = request;
  const chosen = kept.filter((scope) => isChosen(scope, account, region));
  const [first, ...others] = chosen;
  if (first === undefined) return invalid(account === null ? '#/region' : '#/account', `matches none of ${list(kept)}`);
  if (request.expects !== null && others.length > 0) return invalid('#/expects', tooMany(chosen));
  if (selection.kind === 'everything') return found([first, ...others].map((scope) => ({ scope, selection })));
  if (first.cloud === 'azure') return bySubscription(chosen, selection.subjects);
  return others.length > 0 ? invalid('#/account', tooMany(chosen)) : found([{ scope: first, selection }]);
}

const isChosen = (scope: Scope, account: AccountId | null, region: string | null): boolean =>
  (account === null || scope.account === account) && (region === null || scope.region === region);

function bySubscription(chosen: readonly Scope[], subjects: NonEmpty<Subject>): Targets {
  const targets: Target[] = [];
  const problems: BodyProblem[] = [];
  for (const [subscription, some] of groupBy(subjects, subscriptionOf)) {
    const scope = chosen.find(({ account }) => account === subscription);
    if (scope !== undefined) targets.push({ scope, selection: { kind: 'subjects', subjects: some } });
    else
      problems.push({
        pointer: '#/scope',
        detail: `names ids of subscription ${subscription}, not of ${list(chosen)}`,
      });
  }
  const [first, ...others] = problems;
  return first === undefined ? found(targets) : { kind: 'invalid', problems: [first, ...others] };
}

const subscriptionOf = ({ id }: Subject): AccountId => parseAccountId(id.split('/')[2] ?? '');

function found(targets: readonly Target[]): Targets {
  const [first, ...others] = targets;
  return first === undefined ? invalid('#/scope', 'names nothing') : { kind: 'found', targets: [first, ...others] };
}

const invalid = (pointer: string, detail: string): Targets => ({ kind: 'invalid', problems: [{ pointer, detail }] });

const tooMany = (scopes: readonly Scope[]): string =>
  `needs one scope: choose with \`account\` and \`region\` among ${list(scopes)}`;

/** Enough to choose from; a deployment may keep hundreds. */
const NAMED = 20;

function list(scopes: readonly Scope[]): string {
  const names = scopes.slice(0, NAMED).map(toScopeKey);
  const more = scopes.length - names.length;
  return more > 0
    ? `${names.join(', ')} and ${more} more`
    : names.join(', ') || 'the scopes kept here (there are none)';
}
