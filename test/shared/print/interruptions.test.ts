import { describe, expect, test } from 'vitest';
import { parseMachineId, parseSourceId } from '../../../shared/ids.ts';
import type { Interruption, Plan } from '../../../shared/plan/change.ts';
import { printPlanHtml } from '../../../shared/print/html.ts';
import { nameInterruptions, sayInterruptions } from '../../../shared/print/interruptions.ts';
import { printPlanJson } from '../../../shared/print/json.ts';
import { printPlanMarkdown } from '../../../shared/print/markdown.ts';
import { unpainted } from '../../../shared/print/paint.ts';
import { printPlanText } from '../../../shared/print/text.ts';
import { AWS_PLAN, AZURE_PLAN } from './fixed-plan.ts';

const machine = (name: string) =>
  parseMachineId(`/subscriptions/5b/resourceGroups/prod/providers/Microsoft.Compute/virtualMachines/${name}`);
const nic = (name: string) =>
  parseSourceId(`/subscriptions/5b/resourceGroups/prod/providers/Microsoft.Network/networkInterfaces/${name}`);

const of = (name: string, times = 1): Interruption => ({
  machine: machine(name),
  sources: [nic(`${name}-nic`)],
  times,
});
const interrupting = (...interruptions: readonly Interruption[]): Plan => ({ ...AZURE_PLAN, interruptions });

describe('a sentence on whom plans interrupt', () => {
  test.each([
    [[], ''],
    [[of('a')], '1 running machine would be interrupted'],
    [[of('a', 2)], '1 running machine would be interrupted, twice'],
    [[of('a'), of('b')], '2 running machines would be interrupted'],
    [[of('a'), of('b', 2), of('c')], '3 running machines would be interrupted, one of them twice'],
    [[of('a', 2), of('b', 2), of('c')], '3 running machines would be interrupted, 2 of them twice'],
    [[of('a', 2), of('b', 3), of('c')], '3 running machines would be interrupted, 2 of them up to 3 times'],
  ])('counts them: %#', (some, sentence) => {
    expect(sayInterruptions([interrupting(...some)])).toBe(sentence);
  });

  test('adds plans up', () => {
    expect(sayInterruptions([interrupting(of('a')), AWS_PLAN, interrupting(of('b', 2))])).toBe(
      '2 running machines would be interrupted, one of them twice',
    );
  });

  test('names them, those that are interrupted more often first, and no more than a sentence holds', () => {
    expect(nameInterruptions(interrupting(of('a'), of('b', 2)))).toBe(
      '2 running machines would be interrupted, one of them twice: prod/b twice, prod/a',
    );
    const many = Array.from({ length: 12 }, (_, at) => of(`m${at}`));
    expect(nameInterruptions(interrupting(...many))).toMatch(/: prod\/m0, .*, prod\/m9, 2 more$/);
    expect(nameInterruptions(interrupting())).toBe('');
  });

  test('obeys no name', () => {
    expect(nameInterruptions(interrupting(of('\u001b[31m')))).toContain('\\u001b[31m');
  });
});

/** The one change of this plan is on `web-nic`. */
const plan = interrupting(of('web'));
const SENTENCE = '1 running machine would be interrupted';

describe('a plan that interrupts', () => {
  test('says so in its lines and its sums, as text', () => {
    const text = printPlanText([plan, AWS_PLAN], unpainted);
    expect(text).toContain('soc-azure (sensors/soc)  # rules tagged, pci; interrupts its machine\n');
    expect(text).toContain(`\n  ${SENTENCE}: prod/web\n  1 to attach`);
    expect(text).toMatch(new RegExp(`; ${SENTENCE}\\.\\n$`));
    expect(text.split('\n').filter((line) => line.includes('interrupts its machine'))).toHaveLength(1);
  });

  test('says of a move that it may be felt twice', () => {
    const [move] = AWS_PLAN.changes.filter(({ kind }) => kind === 'retarget');
    if (move === undefined) throw new Error('the fixed plan has no retarget');
    const moving: Plan = {
      ...plan,
      changes: [{ ...move, source: nic('web-nic'), machine: machine('web') }],
    };
    expect(printPlanText([moving], unpainted)).toContain(
      'interrupts its machine once, or twice if Azure refuses to move it in place\n',
    );
  });

  test('says so as Markdown and as HTML', () => {
    const markdown = printPlanMarkdown([plan]);
    expect(markdown).toContain('| rules tagged, pci; interrupts its machine |');
    expect(markdown).toContain(`\n**${SENTENCE}: prod/web**\n`);
    expect(markdown).toMatch(new RegExp(`${SENTENCE}\\*\\*\\n$`));
    const html = printPlanHtml([plan]);
    expect(html).toContain('rules tagged, pci; interrupts its machine');
    expect(html).toContain(`<p class="interruptions">${SENTENCE}: prod/web</p>`);
  });

  test('says so as JSON: who, where and how often, with the sums', () => {
    const document = JSON.parse(printPlanJson([interrupting(of('a'), of('b', 2))])) as object;
    expect(document).toMatchObject({
      plans: [{ interruptions: [of('a'), of('b', 2)] }],
      counts: { interrupted: 2, interruptions: 3 },
    });
  });
});

test('a plan that interrupts nobody says nothing of it, in no view', () => {
  for (const text of [
    printPlanText([AWS_PLAN], unpainted),
    printPlanMarkdown([AWS_PLAN]),
    printPlanHtml([AWS_PLAN]),
    JSON.stringify((JSON.parse(printPlanJson([AWS_PLAN])) as { counts: object }).counts),
  ])
    expect(text).not.toMatch(/interrupt/);
});
