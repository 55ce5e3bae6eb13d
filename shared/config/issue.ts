import type * as v from 'valibot';
import type { Path, RulesDocument } from './document.ts';
import { suggest } from './nearest.ts';
import type { Problem } from './problem.ts';

/** What the schema finds wrong, as a problem at its place, in words that say what would be right. */
export function toProblem(issue: v.BaseIssue<unknown>, document: RulesDocument): Problem {
  const path: Path = (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)));
  const isUnknownKey = issue.type === 'strict_object' && issue.expected === 'never';
  const isMissingKey = issue.type === 'strict_object' && !isUnknownKey && issue.path?.at(-1)?.origin === 'key';
  if (isUnknownKey) return document.problemAt(path, 'key', sayUnknown(issue));
  if (isMissingKey)
    return document.problemAt(path.slice(0, -1), 'value', `${issue.expected} is missing here`.replaceAll('"', '`'));
  const isKey = issue.path?.at(-1)?.origin === 'key';
  return document.problemAt(path, isKey ? 'key' : 'value', sayWrong(issue, isKey));
}

function sayUnknown({ path, input }: v.BaseIssue<unknown>): string {
  const last = path?.at(-1);
  const key = String(last?.key ?? input);
  const known = KNOWN_KEYS.filter((candidate) => candidate !== key);
  return `unknown key '${key}'${suggest(key, known)}`;
}

function sayWrong(issue: v.BaseIssue<unknown>, isKey: boolean): string {
  const { kind, input, expected, message } = issue;
  if (kind === 'validation') return `${show(input)}: ${message}`;
  if (isKey) return `${show(input)}: ${message}`;
  if (expected === 'string' && (typeof input === 'number' || typeof input === 'boolean')) {
    return `${show(input)} is a ${typeof input}, and text is wanted here: write it in quotes`;
  }
  return `${show(input)} is not what is wanted here: ${sayExpected(expected)}`;
}

const sayExpected = (expected: string | null): string =>
  (expected ?? 'something else')
    .replace(/^\((.*)\)$/, '$1')
    .replaceAll(' | ', ' or ')
    .replace(/^string$/, 'text')
    .replace(/^(Object|Array)$/, (word) => (word === 'Object' ? 'a map' : 'a list'));

/** Short, and never more than the start of what somebody wrote. */
function show(input: unknown): string {
  if (input === undefined) return 'nothing';
  if (input === null) return 'empty';
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'object') return 'a map';
  const text = String(input);
  return typeof input === 'string' ? `'${text.length > 80 ? `${text.slice(0, 80)}…` : text}'` : text;
}

/** All keys of the rules file, for suggestions; which of them belong where is the schema's. */
const KNOWN_KEYS = [
  'version owner formerOwners policy guard count percent slots graceHours destinations pools rules',
  'cloud region target networkLoadBalancer networkInterface gatewayLoadBalancerEndpoint filter sessionNumber',
  'packetLength virtualNetworkId numbers preempt virtualNetworkTap loadBalancerFrontend collectorIpConfiguration',
  'name when mirror never required interfaces until fromTag among all any not tag equals in glob',
  'account resourceGroup network subnet machineType machineName',
].flatMap((keys) => keys.split(' '));
