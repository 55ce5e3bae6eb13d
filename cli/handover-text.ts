import type { Paint } from '../shared/print/paint.ts';
import { nameAttachment, nameScope, sayIncomplete, toChangeLine, toHoldLine } from '../shared/print/plan-view.ts';
import { printable } from '../shared/print/printable.ts';
import { shortId } from '../shared/print/short-id.ts';
import type { Cloud } from '../shared/words.ts';
import type { Apart, Candidate, Handover, Offered } from './handover.ts';

/**
 * Handovers as a shell script that a person reads first: the commands, and beside them nothing but comments. What the cloud or
 * a snapshot says is only ever in a comment, in one line.
 */
export function printHandoverText(handovers: readonly Handover[], paint: Paint): string {
  const comment = (text: string): string => paint('faint', `# ${printable(text)}`);
  const blocks = handovers.map((handover) => [
    paint('title', `# ${sayFound(handover)}`),
    ...sayIncomplete(handover.incomplete).map((why) => paint('alarm', `# ! ${why}`)),
    ...handover.offered.flatMap(wordOffered).map(comment),
    ...handover.apart.map(wordApart).map(comment),
    ...sayHow(handover).map(comment),
    ...handover.commands,
  ]);
  const clouds = new Set(handovers.flatMap(({ scope, commands }) => (commands.length === 0 ? [] : [scope.cloud])));
  const closing = clouds.size === 0 ? [] : [['Nothing was run.', ...[...clouds].map((cloud) => AFTERWARDS[cloud])]];
  return `${[...blocks, ...closing.map((lines) => lines.map(comment))].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

const AFTERWARDS: Readonly<Record<Cloud, string>> = {
  aws: 'With these tags a session is ours: from the next sweep on it is changed and detached as the rules say, and `tapkeeper plan` shows it before. Without them it is theirs again, and left alone.',
  azure:
    'By this name a TAP configuration is ours: from the next sweep on it is changed and detached as the rules say, and `tapkeeper plan` shows it before. One of any other name is theirs, and left alone.',
};

function sayFound({ scope, offered, apart, incomplete }: Handover): string {
  const word = scope.cloud === 'aws' ? 'session' : 'TAP configuration';
  const count = offered.length + apart.length;
  const found = count === 0 ? `no ${word}` : `${count} ${word}${count === 1 ? '' : 's'}`;
  const asFar = incomplete.length === 0 ? '' : 'as far as was read, ';
  return `${nameScope(scope)}: ${asFar}${found} of others ${count > 1 ? 'do' : 'does'} what a rule wishes`;
}

function sayHow(handover: Handover): readonly string[] {
  const { scope, commands } = handover;
  if (commands.length === 0) return [];
  return scope.cloud === 'aws'
    ? [`with credentials of account ${scope.account} that may call ec2:CreateTags:`]
    : [...sayCost(handover), 'signed in as somebody who may write and delete TAP configurations, and join the VTAP:'];
}

/** https://learn.microsoft.com/azure/virtual-network/virtual-network-tap-overview: up to 60 s each time. */
function sayCost({ interruptions, commands }: Handover): readonly string[] {
  const gap = 'between deleting and creating, nothing of the interface is mirrored';
  if (interruptions.length === 0) return [`this interrupts no machine, since none of them runs; ${gap}`];
  const named = interruptions.map(
    ({ machine, times }) => `${shortId(machine)} ${times === 2 ? 'twice' : `${times} times`}`,
  );
  const spared = commands.length - interruptions.reduce((sum, { sources }) => sum + sources.length, 0);
  return [
    `this may interrupt the network of running machines, up to 60 s each time: ${named.join(', ')}`,
    ...(spared === 0
      ? []
      : [`the first ${spared === 1 ? 'command interrupts' : `${spared} commands interrupt`} nobody`]),
    `${gap}; a machine that is stopped (deallocated) first is not interrupted`,
    'neither windows nor limits hold back what is run by hand: run these one after the other, when it is allowed',
  ];
}

function wordOffered({ after: { changes, holds }, ...candidate }: Offered): readonly string[] {
  const said = [
    ...changes.map(toChangeLine).map(({ verb, what }) => `  then: ${verb} ${what}`),
    ...holds.map(toHoldLine).map(({ what, why }) => `  then: stays as it is, held ${what}: ${why}`),
  ];
  return [wordCandidate(candidate), ...(said.length === 0 ? ['  then: stays as it is'] : said)];
}

const wordApart = ({ why, ...candidate }: Apart): string => `not offered: ${wordCandidate(candidate)}; ${why}`;

function wordCandidate({ attachment, wishes }: Candidate): string {
  const rules = [...new Set(wishes.flatMap((wish) => wish.rules))];
  const destinations = wishes.map(({ destination }) => destination);
  const wished = `does what ${rules.length === 1 ? 'rule' : 'rules'} ${rules.join(', ')} wish${rules.length === 1 ? 'es' : ''}: ${destinations.join(', ')}`;
  return `${nameAttachment(attachment, wishes[0].machine)} ${wished}`;
}
