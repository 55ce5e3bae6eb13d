import type { FaultCode } from '../../shared/fault.ts';
import type { HoldCode } from '../../shared/reason.ts';
import type { TargetId } from '../../shared/words.ts';
import type { Policy, Refusal } from './refusal.ts';

/** What a refusal means. */
export type Meaning =
  | { readonly kind: 'gone' }
  /** Another operation holds a lock: the same request succeeds soon. */
  | { readonly kind: 'busy' }
  /** The world is not what was read. */
  | { readonly kind: 'conflict' }
  | { readonly kind: 'hold'; readonly code: HoldCode }
  | { readonly kind: 'fault'; readonly code: FaultCode };

/** What was asked of Azure when it refused. */
export interface About {
  /** The path of a resource, or of what was listed. */
  readonly address: string;
  /** The VTAP that was to be attached to; `null`: there is none in it. */
  readonly target: TargetId | null;
  /** The permissions that the call needs. */
  readonly needs: readonly string[];
}

/**
 * What else is refused until a person has changed something: everything of the subscription, what goes to the same VTAP, what is
 * in the same resource group, or what is in the scope of the lock or policy that refused.
 */
export type Breadth = 'one' | 'subscription' | 'target' | 'group' | 'scope';

interface Ruling {
  readonly means: Meaning;
  readonly breadth: Breadth;
  /** What to do about it, in words; empty when the code's own remedy says it. */
  readonly helps: (refusal: Refusal, about: About) => string;
}

const GONE: Meaning = { kind: 'gone' };
const BUSY: Meaning = { kind: 'busy' };
const CONFLICT: Meaning = { kind: 'conflict' };
const hold = (code: HoldCode): Meaning => ({ kind: 'hold', code });
const fault = (code: FaultCode): Meaning => ({ kind: 'fault', code });

const says =
  (words: string): Ruling['helps'] =>
  () =>
    words;
const plain = (means: Meaning, words = ''): Ruling => ({ means, breadth: 'one', helps: says(words) });

const subscriptionIn = (address: string): string => /\/subscriptions\/([^/]+)/i.exec(address)?.[1] ?? '';
const providerIn = (address: string): string =>
  /\/providers\/(microsoft\.compute)\//i.exec(address)?.[1] ?? 'Microsoft.Network';

/** The caller by the only name of it that is no person's. */
function callerIn({ said }: Refusal): string {
  const id = /object id '([0-9a-f-]{36})'/i.exec(said)?.[1];
  return id === undefined ? 'the identity of tapkeeper' : `the identity with object id ${id}`;
}

const MAY_TAKE_TIME = 'a role that was just granted takes minutes to work';

const grant: Ruling['helps'] = (refusal, { address, needs }) =>
  `needs ${needs.join(' and ')} on ${address}: grant it to ${callerIn(refusal)}; ${MAY_TAKE_TIME}`;

const JOIN = 'Microsoft.Network/virtualNetworkTaps/join/action';

/** The permission is checked on the VTAP, which may be in another subscription than the interface. */
const grantOnTarget: Ruling['helps'] = (refusal, { target }) =>
  `grant ${JOIN} on ${target ?? 'the VTAP'}, which has to be of the same tenant, to ${callerIn(refusal)}; ${MAY_TAKE_TIME}`;

const policyNames = (policies: readonly Policy[]): string =>
  policies.map(({ name, assignment }) => (assignment === null ? name : `${name} (${assignment})`)).join(' and ');

const exempt: Ruling['helps'] = ({ policies }) =>
  policies.length === 0
    ? 'exempt TAP configurations from the policy'
    : `exempt TAP configurations from the policy assignment ${policyNames(policies)}`;

/** The message is the only place that names what is locked. */
export const lockedScopesIn = ({ said }: Refusal): readonly string[] =>
  (/\blocked:(.*)/s.exec(said)?.[1] ?? '').match(/\/subscriptions\/[^\s',]+/gi) ?? [];

const unlock: Ruling['helps'] = (refusal, { address }) => {
  const scopes = lockedScopesIn(refusal);
  const where = scopes.length === 0 ? `on ${address} or above it` : `on ${scopes.join(' and ')}`;
  return `remove the lock ${where}, or exclude what is under it by rule`;
};

const registerProvider = (address: string): string =>
  `az provider register --namespace ${providerIn(address)} --subscription ${subscriptionIn(address)}`;

const registerFeature: Ruling['helps'] = (_, { address }) => {
  const feature = '--namespace Microsoft.Network --name AllowVirtualNetworkTap';
  return `run: az feature register ${feature} --subscription ${subscriptionIn(address)} && ${registerProvider(address)}`;
};

const notHere = 'virtual network TAP is not offered in this region to this subscription: exclude the region by rule';

const otherTenant: Ruling['helps'] = (_, { address }) =>
  `subscription ${subscriptionIn(address)} is of another tenant than the identity: leave it out of TAPKEEPER_SUBSCRIPTIONS, or deploy tapkeeper in its tenant`;

const disabled: Ruling['helps'] = (_, { address }) =>
  `enable subscription ${subscriptionIn(address)} again, or leave it out of TAPKEEPER_SUBSCRIPTIONS`;

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
  ['regionnotenabledforfeature', { means: fault('unsupported'), breadth: 'target', helps: says(notHere) }],
  [
    'subscriptionnotregisteredforfeature',
    { means: fault('unsupported'), breadth: 'subscription', helps: registerFeature },
  ],
  ...['missingsubscriptionregistration', 'subscriptionnotregistered'].map((code): [string, Ruling] => [
    code,
    {
      means: fault('unsupported'),
      breadth: 'subscription',
      helps: (_, { address }) => `run: ${registerProvider(address)}`,
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
const NOT_ON_FASTPATH = /fast[\s-]?path/i;

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
  if (NOT_ON_FASTPATH.test(`${refusal.codes.join(' ')} ${refusal.said}`)) return plain(hold('needs-restart'));
  const ruling = findByCode(refusal) ?? byStatus(refusal.status);
  return refusal.phase === 'operation' ? afterwards(ruling) : ruling;
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
 * What was accepted may have interrupted a machine, and would again at each attempt: where its code says nothing particular it
 * is withheld for a while, also where the same code in an answer would pass by itself.
 */
function afterwards(ruling: Ruling): Ruling {
  const { means } = ruling;
  const isParticular =
    means.kind === 'gone' ||
    means.kind === 'conflict' ||
    means.kind === 'hold' ||
    (means.kind === 'fault' && (means.code === 'denied' || means.code === 'unsupported'));
  return isParticular ? ruling : { ...ruling, means: hold('operation-failed') };
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
