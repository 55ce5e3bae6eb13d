import type { Paint } from '../shared/print/paint.ts';
import { nameAttachment, nameScope, sayIncomplete, toChangeLine, toHoldLine } from '../shared/print/plan-view.ts';
import { printable } from '../shared/print/printable.ts';
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
  const isAny = handovers.some(({ commands }) => commands.length > 0);
  return `${[...blocks, ...(isAny ? [AFTERWARDS.map(comment)] : [])].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

const AFTERWARDS = [
  'Nothing was run. With these tags a session is ours: from the next sweep on it is changed and detached as the rules say,',
  'and `tapkeeper plan` shows it before. Without them it is theirs again, and left alone.',
];

function sayFound({ scope, offered, apart, incomplete }: Handover): string {
  const word = scope.cloud === 'aws' ? 'session' : 'TAP configuration';
  const count = offered.length + apart.length;
  const found = count === 0 ? `no ${word}` : `${count} ${word}${count === 1 ? '' : 's'}`;
  const asFar = incomplete.length === 0 ? '' : 'as far as was read, ';
  return `${nameScope(scope)}: ${asFar}${found} of others ${count > 1 ? 'do' : 'does'} what a rule wishes`;
}

const sayHow = ({ scope, commands }: Handover): readonly string[] =>
  commands.length === 0 ? [] : [`with credentials of account ${scope.account} that may call ec2:CreateTags:`];

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
