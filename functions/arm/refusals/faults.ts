import type { FaultCode } from '../../../shared/fault.ts';
import type { HoldCode } from '../../../shared/reason.ts';
import type { Refusal } from './refusal.ts';
import {
  type About,
  disabled,
  exempt,
  grant,
  grantOnTarget,
  notHere,
  otherTenant,
  registerFeature,
  registerProvider,
  type Remedy,
  says,
  unlock,
} from './remedies.ts';

/** What a refusal means. */
export type Meaning =
  | { readonly kind: 'gone' }
  /** Another operation holds a lock: the same request succeeds soon. */
  | { readonly kind: 'busy' }
  /** The world is not what was read. */
  | { readonly kind: 'conflict' }
  | { readonly kind: 'hold'; readonly code: HoldCode }
  | { readonly kind: 'fault'; readonly code: FaultCode };

/**
 * What else is refused until a person has changed something: everything of the subscription, what goes to the same VTAP, what is
 * in the same resource group, or what is in the scope of the lock or policy that refused.
 */
export type Breadth = 'one' | 'subscription' | 'target' | 'group' | 'scope';

interface Ruling {
  readonly means: Meaning;
  readonly breadth: Breadth;
  /** What to do about it, in words; empty when the code's own remedy says it. */
  readonly helps: Remedy;
}

const GONE: Meaning = { kind: 'gone' };
const BUSY: Meaning = { kind: 'busy' };
const CONFLICT: Meaning = { kind: 'conflict' };
const hold = (code: HoldCode): Meaning => ({ kind: 'hold', code });
const fault = (code: FaultCode): Meaning => ({ kind: 'fault', code });

const plain = (means: Meaning, words = ''): Ruling => ({ means, breadth: 'one', helps: says(words) });

/**
 * By code, lower-cased. An absent child is `NotFound`, said by its provider; an absent top-level resource is
 * `ResourceNotFound`, said by Resource Manager; both are gone.
 * https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors
 * https://learn.microsoft.com/azure/networking/troubleshoot-failed-state
 */
const BY_CODE: ReadonlyMap<string, Ruling> = new Map([
  ['notfound', plain(GONE)],
  ['resourcenotfound', plain(GONE)],
  ['resourcegroupnotfound', plain(GONE)],
  ['parentresourcenotfound', plain(GONE)],
  ['anotheroperationinprogress', plain(BUSY)],
  ['referencedresourcenotprovisioned', plain(BUSY)],
  ['canceled', plain(CONFLICT)],
  ['operationpreempted', plain(CONFLICT)],
  ['preconditionfailed', plain(CONFLICT)],
  ['invalidresourcereference', plain(hold('destination-missing'))],
  ['authorizationfailed', { means: fault('denied'), breadth: 'group', helps: grant }],
  ['linkedauthorizationfailed', { means: fault('denied'), breadth: 'target', helps: grantOnTarget }],
  ['invalidauthenticationtokentenant', { means: fault('denied'), breadth: 'subscription', helps: otherTenant }],
  ['requestdisallowedbypolicy', { means: fault('denied'), breadth: 'scope', helps: exempt }],
  ['scopelocked', { means: fault('denied'), breadth: 'scope', helps: unlock }],
  ['readonlydisabledsubscription', { means: fault('denied'), breadth: 'subscription', helps: disabled }],
  ['toomanyrequests', plain(fault('throttled'))],
  ['subscriptionrequeststhrottled', plain(fault('throttled'))],
  ['regionnotenabledforfeature', { means: fault('unsupported'), breadth: 'target', helps: notHere }],
  [
    'subscriptionnotregisteredforfeature',
    { means: fault('unsupported'), breadth: 'subscription', helps: registerFeature },
  ],
  ...['missingsubscriptionregistration', 'subscriptionnotregistered'].map((code): [string, Ruling] => [
    code,
    {
      means: fault('unsupported'),
      breadth: 'subscription',
      helps: registerProvider,
    },
  ]),
  ['invalidrequestformat', plain(fault('unsupported'))],
  [
    'invalidjsonreferencewrongtype',
    plain(fault('unsupported'), "correct the destination in the rules file: what it names is no VTAP's destination"),
  ],
]);

/** Families of codes, of which new ones come up. */
const BY_FAMILY: readonly { readonly matches: RegExp; readonly ruling: Ruling }[] = [
  // A lock, although it is a 429: https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
  { matches: /^retryableerror/, ruling: plain(BUSY) },
  // What an interface has too many of was not read: somebody has just attached.
  { matches: /^networkinterface.*limit(reached|exceeded)$/, ruling: plain(CONFLICT) },
  { matches: /(limitreached|limitexceeded|quotaexceeded)$/, ruling: plain(hold('destination-full')) },
];

/**
 * No code is documented for a machine that was not restarted since virtual network TAP came to its host, only the text "NIC
 * is not on fastpath".
 * https://learn.microsoft.com/azure/virtual-network/virtual-network-tap-overview (limitations)
 */
const NOT_ON_FASTPATH = /\bnot\b[\w\s,]{0,30}?\bfast[\s-]?path\b/i;
const NOT_ON_FASTPATH_CODE = /not_?on_?fast_?path/i;
/** People name their resources as they like: only the cloud's own words count. */
const NAMES = /\/[^\s'",;]*|(?<!\w)'[^']*'|"[^"]*"/g;
/** These say only that something was wrong with a write; the others say themselves what it was. */
const VAGUE_STATUS: ReadonlySet<number | null> = new Set([null, 400, 409, 422]);
const VAGUE_CODES: ReadonlySet<string> = new Set(['invalidrequestformat']);

/** What a refusal means, by its codes, the most particular known one first, then by its status. */
export const classify = (refusal: Refusal): Meaning => rule(refusal).means;

/** How much else is refused with it. */
export const breadthOf = (refusal: Refusal): Breadth => rule(refusal).breadth;

/** What Azure said, for a message: status, codes, text, and what helps. */
export function explain(refusal: Refusal, about: About): string {
  const codes = [...new Set(refusal.codes)];
  const head = [refusal.status, ...codes].filter((part) => part !== null).join(' ');
  const helps = rule(refusal).helps(refusal, about);
  return [head, refusal.said, helps].filter((part) => part !== '').join('; ');
}

function rule(refusal: Refusal): Ruling {
  const ruling = needsRestart(refusal)
    ? plain(hold('needs-restart'))
    : (findByCode(refusal) ?? byStatus(refusal.status));
  return refusal.phase === 'operation' ? afterwards(ruling) : ruling;
}

/** By its code, or by its words where no code and no status says more. */
function needsRestart(refusal: Refusal): boolean {
  const { codes, status, said, phase } = refusal;
  if (codes.some((code) => NOT_ON_FASTPATH_CODE.test(code))) return true;
  const isVague = phase === 'operation' || VAGUE_STATUS.has(status);
  const isKnown = findByCode({ ...refusal, codes: codes.filter((code) => !VAGUE_CODES.has(code.toLowerCase())) });
  return isVague && isKnown === null && NOT_ON_FASTPATH.test(said.replace(NAMES, ' '));
}

function findByCode({ codes, status }: Refusal): Ruling | null {
  const inwards = codes.map((code) => code.toLowerCase()).toReversed();
  for (const code of inwards) {
    const ruling = BY_CODE.get(code) ?? BY_FAMILY.find(({ matches }) => matches.test(code))?.ruling;
    // A quota of requests refills by itself, whatever its code sounds like.
    if (ruling !== undefined && !(status === 429 && ruling.means.kind === 'hold')) return ruling;
  }
  return null;
}

function byStatus(status: number | null): Ruling {
  if (status === null) return plain(fault('unexpected'));
  if (status === 401 || status === 403) return { means: fault('denied'), breadth: 'one', helps: grant };
  if (status === 404) return plain(GONE);
  if (status === 409 || status === 412) return plain(CONFLICT);
  if (status === 429) return plain(fault('throttled'));
  if (status === 408 || status >= 500) return plain(fault('unreachable'));
  return plain(status >= 400 ? fault('unsupported') : fault('unexpected'));
}

/**
 * What was accepted may have interrupted a machine, and would again at each attempt: whatever its code, it is withheld for a
 * while, also where the same code in an answer would pass by itself or say that nothing is left to do. A VTAP that turned out to be
 * full on the way is full for all others.
 */
function afterwards(ruling: Ruling): Ruling {
  if (ruling.means.kind === 'hold' && ruling.means.code === 'needs-restart') return ruling;
  const isFull = ruling.means.kind === 'hold' && ruling.means.code === 'destination-full';
  return { ...ruling, means: hold('operation-failed'), breadth: isFull ? 'target' : ruling.breadth };
}

/**
 * Whether Azure says that what exists cannot be changed as it stands. No code is documented for a TAP configuration whose VTAP
 * cannot be changed, so the words of its codes and messages are looked at.
 * https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-invalid-resource-update
 */
export function isInPlaceRefusal(refusal: Refusal): boolean {
  const { phase, status, codes, said } = refusal;
  const { means, breadth } = findByCode(refusal) ?? byStatus(status);
  const isAboutIt = breadth === 'one' && means.kind === 'fault' && means.code === 'unsupported';
  const isUnknownConflict = findByCode(refusal) === null && status === 409;
  if (phase !== 'answer' || !(isAboutIt || isUnknownConflict)) return false;
  const words = [...codes.map((code) => code.replace(/(?<=[a-z])(?=[A-Z])/g, ' ')), said];
  return words.some((text) => NOT_CHANGEABLE.test(text)) && !words.some((text) => PASSING.test(text));
}

const NOT_CHANGEABLE =
  /\b(cannot|can't|can not|may not|must not) be (changed|updated|modified|replaced)\b|\b(chang|updat|modif)\w*\b[^.]*\bnot (be )?(allowed|supported|permitted)\b|\bimmutable\b/i;
const PASSING = /\bin progress\b|\banother operation\b|\bwhile\b/i;
