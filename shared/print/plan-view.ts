import { compare } from '../plan/canonical.ts';
import type { Change, Hold, Note, Plan } from '../plan/change.ts';
import { summarise } from '../plan/summary.ts';
import { DETACHES, HOLDS } from '../reason.ts';
import type { Attachment, MachineId, Scope, Settings, SourceId } from '../words.ts';
import { interruptedIn, nameInterruption, nameInterruptions, sayInterruptions } from './interruptions.ts';
import type { Tone } from './paint.ts';
import { printable } from './printable.ts';
import { shortId } from './short-id.ts';

/** One line of a plan in words; every view for people lays out these and nothing else. */
export interface PlanLine {
  readonly tone: Tone;
  readonly symbol: '+' | '~' | '>' | '-' | '!' | 'i';
  readonly verb: string;
  /** The interface and its machine. */
  readonly on: string;
  readonly what: string;
  readonly why: string;
  /** What a person can do; empty where nothing is asked of anybody. */
  readonly remedy: string;
}

/** A plan in words, in plan order. */
export interface PlanView {
  readonly title: string;
  readonly rulesVersion: string;
  /** What was not read and what the guard withholds: it qualifies everything below it. */
  readonly alarms: readonly string[];
  readonly lines: readonly PlanLine[];
  /** Whom it would interrupt and how often, in a sentence; empty when nobody is. */
  readonly interruptions: string;
  readonly counts: readonly (readonly [name: string, count: number])[];
  /** What `apply` is told to expect. */
  readonly digest: string;
}

/** The plan in words. */
export const toPlanView = (plan: Plan): PlanView => ({
  title: nameScope(plan.scope),
  rulesVersion: plan.rulesVersion.slice(0, 12),
  alarms: alarmsOf(plan),
  lines: [...toChangeLines(plan), ...plan.holds.map(toHoldLine), ...plan.notes.map(toNoteLine)],
  interruptions: nameInterruptions(plan),
  counts: countsOf([plan]),
  digest: plan.guard.digest,
});

/** What was not read and what the guard withholds, in words. */
export const alarmsOf = ({ incomplete, guard }: Plan): readonly string[] => [
  ...sayIncomplete(incomplete),
  ...guard.trips.map(nameTrip),
];

/** One reason that keeps several kinds from being read, as where an account does not answer at all, is said once. */
export function sayIncomplete(incomplete: Plan['incomplete']): readonly string[] {
  const kindsBy = Map.groupBy(incomplete, (text) => text.slice(text.indexOf(': ')));
  return [...kindsBy].map(([why, texts]) => {
    const kinds = texts.map((text) => text.slice(0, text.length - why.length));
    return printable(`incomplete: ${kinds.join(', ')}${why}`);
  });
}

const toPrintable = (line: PlanLine): PlanLine => ({
  ...line,
  on: printable(line.on),
  what: printable(line.what),
  why: printable(line.why),
});

/** The sums of several plans, sorted by name. */
export function countsOf(plans: readonly Plan[]): readonly (readonly [string, number])[] {
  const sums = new Map<string, number>();
  for (const plan of plans) {
    for (const [name, count] of Object.entries(summarise(plan))) sums.set(name, (sums.get(name) ?? 0) + count);
  }
  return [...sums].sort(([a], [b]) => compare(a, b));
}

/** The counts that are not zero, in one sentence: what would be done, what is withheld and why, what stays. */
export function sayCounts(counts: readonly (readonly [string, number])[]): string {
  const count = new Map(counts);
  const verbs = VERBS.flatMap((verb) => sayOne(count.get(verb) ?? 0, `to ${verb}`));
  const held = sayOne(count.get('held') ?? 0, `held${sayCodes(counts, 'held.')}`);
  const noted = sayCodes(counts, 'noted.').trim();
  const rest = [
    ...held,
    ...(noted === '' ? [] : [`noted ${noted}`]),
    ...sayOne(count.get('kept') ?? 0, 'as wished'),
    ...sayOne(count.get('incomplete') ?? 0, 'not read wholly'),
  ];
  // What only a word is missing for is not nothing.
  const nothing = count.has('held.guard') ? 'nothing without the word that the guard asks for' : 'nothing to do';
  return [verbs.length === 0 ? nothing : verbs.join(', '), ...rest].join('; ');
}

/** The sums of several plans and whom they would interrupt, in one sentence. */
export const sayTotal = (plans: readonly Plan[]): string => join([sayCounts(countsOf(plans)), sayInterruptions(plans)]);

const VERBS = ['attach', 'modify', 'retarget', 'detach'] as const satisfies readonly Change['kind'][];

const sayOne = (count: number, what: string): readonly string[] => (count === 0 ? [] : [`${count} ${what}`]);

function sayCodes(counts: readonly (readonly [string, number])[], prefix: string): string {
  const codes = counts.filter(([name]) => name.startsWith(prefix));
  return codes.length === 0 ? '' : ` (${codes.map(([name, n]) => `${n} ${name.slice(prefix.length)}`).join(', ')})`;
}

/** A scope as people say it. */
export const nameScope = (scope: Scope): string =>
  scope.cloud === 'aws' ? `AWS ${scope.account} ${scope.region}` : `Azure ${scope.account}`;

const nameTrip = ({ name, detail }: Plan['guard']['trips'][number]): string =>
  `guard (${name}): ${printable(detail)}; these changes are withheld, lift with --lift ${name}`;

const nameSource = (source: SourceId, machine: MachineId | null): string =>
  machine === null ? shortId(source) : `${shortId(source)} of ${shortId(machine)}`;

const nameRules = (rules: readonly string[]): string =>
  rules.length === 0 ? '' : `${rules.length === 1 ? 'rule' : 'rules'} ${rules.join(', ')}`;

function nameSettings({ target, filter, number, packetLength, virtualNetworkId }: Settings): string {
  const parts = [shortId(target)];
  if (number !== null) parts.push(`number ${number}`);
  if (filter !== null) parts.push(filter);
  if (packetLength !== null) parts.push(`${packetLength} bytes`);
  if (virtualNetworkId !== null) parts.push(`VNI ${virtualNetworkId}`);
  return parts.join(', ');
}

/** An attachment, where it is and what it does. */
export const nameAttachment = ({ id, source, settings }: Attachment, machine: MachineId | null): string =>
  `${shortId(id)} (${nameSettings(settings)}) on ${nameSource(source, machine)}`;

const SETTINGS: readonly (readonly [keyof Settings, string])[] = [
  ['target', 'target'],
  ['filter', 'filter'],
  ['number', 'number'],
  ['packetLength', 'packet length'],
  ['virtualNetworkId', 'VNI'],
];

const nameDifference = (from: Settings, to: Settings): string =>
  SETTINGS.filter(([key]) => from[key] !== to[key])
    .map(([key, word]) => `${word} ${nameSetting(from[key])} -> ${nameSetting(to[key])}`)
    .join(', ') || 'written again, for it failed or its target does not list it';

const nameSetting = (setting: string | number | null): string =>
  setting === null ? 'none' : typeof setting === 'number' ? String(setting) : shortId(setting);

/** A change in words. */
export const toChangeLine = (change: Change): PlanLine => toPrintable(wordChange(change));

/** The changes of a plan in words, with what each means for its machine. */
function toChangeLines(plan: Plan): readonly PlanLine[] {
  const interrupted = interruptedIn(plan);
  return plan.changes.map((change) => {
    const line = toChangeLine(change);
    return { ...line, why: join([line.why, nameInterruption(change, interrupted)]) };
  });
}

/** Something withheld, in words. */
export const toHoldLine = (hold: Hold): PlanLine => toPrintable(wordHold(hold));

const toNoteLine = (note: Note): PlanLine => toPrintable(wordNote(note));

function wordChange(change: Change): PlanLine {
  const on = nameSource(change.source, change.machine);
  switch (change.kind) {
    case 'attach': {
      const what = `${change.destination} (${nameSettings(change.to)})`;
      return { tone: 'add', symbol: '+', verb: 'attach', on, what, why: nameRules(change.rules), remedy: '' };
    }
    case 'modify':
    case 'retarget': {
      const what = `${shortId(change.attachment)} for ${change.destination}: ${nameDifference(change.from, change.to)}`;
      const symbol = change.kind === 'modify' ? '~' : '>';
      return { tone: 'change', symbol, verb: change.kind, on, what, why: nameRules(change.rules), remedy: '' };
    }
    case 'detach': {
      const what = `${shortId(change.attachment)} (${nameSettings(change.from)})`;
      return { tone: 'remove', symbol: '-', verb: 'detach', on, what, why: DETACHES[change.because], remedy: '' };
    }
  }
}

function wordHold({ source, machine, code, destination, rules, keeps, blockedBy, detail }: Hold): PlanLine {
  const kept = keeps === null ? '' : `${shortId(keeps)} stays as it is`;
  const blocked = blockedBy.length === 0 ? '' : `in the way: ${blockedBy.map(shortId).join(', ')}`;
  return {
    tone: 'hold',
    symbol: '!',
    verb: 'held',
    on: nameSource(source, machine),
    what: destination === null ? code : `${code} ${destination}`,
    why: join([detail, nameRules(rules), kept, blocked]),
    remedy: HOLDS[code],
  };
}

const wordNote = ({ source, machine, code, destination, rules, detail }: Note): PlanLine => ({
  tone: 'faint',
  symbol: 'i',
  verb: 'note',
  on: nameSource(source, machine),
  what: destination === null ? code : `${code} ${destination}`,
  why: join([detail, nameRules(rules)]),
  remedy: '',
});

const join = (parts: readonly string[]): string => parts.filter((part) => part !== '').join('; ');
