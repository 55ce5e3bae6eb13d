import { describe, expect, test } from 'vitest';
import { printPlanHtml } from '../../../shared/print/html.ts';
import { printPlanJson } from '../../../shared/print/json.ts';
import { printPlanMarkdown } from '../../../shared/print/markdown.ts';
import { unpainted } from '../../../shared/print/paint.ts';
import { shortId } from '../../../shared/print/short-id.ts';
import { printPlanText } from '../../../shared/print/text.ts';
import { AWS_PLAN, AZURE_PLAN } from './fixed-plan.ts';

const PLANS = [AWS_PLAN, AZURE_PLAN];

describe('plans as text', () => {
  test('read like this', () => {
    expect(`\n${printPlanText(PLANS, unpainted)}`).toMatchInlineSnapshot(`
      "
      AWS 123456789012 us-east-1  rules a1b2c3d4e5f6
        + attach   eni-web2 of i-web2    soc-aws (tmt-soc, number 101, tmf-all)  # rule tagged
        ~ modify   eni-web1 of i-web1    tms-kept for soc-aws: number 100 -> 200  # rule tagged
        > retarget eni-web1 of i-web1    tms-kept for soc-aws: target tmt-soc -> tmt-new  # rule tagged
        - detach   eni-old of i-old      tms-old (tmt-soc, number 100, tmf-all)  # its machine has been stopped for longer than the grace
        ! held     eni-batch of i-batch  unknown-destination  # the tag mirror is "\\u001b[31m<img src=x onerror=alert(1)>|\`*@everyone"; rule tagged
                   to do: correct the tag, or add the name to the destinations that the rule allows
        i note     eni-web2 of i-web2    number-moved soc-aws  # 100 is taken by tms-theirs, 101 is used; rule tagged
        1 to attach, 1 to modify, 1 to retarget, 1 to detach; 1 held (1 unknown-destination); noted (1 number-moved); 1 as wished; digest d1gest

      Azure 00000000-0000-0000-0000-000000000000  rules a1b2c3d4e5f6
        ! incomplete: targets: listing VTAPs: AuthorizationFailed; grant Microsoft.Network/virtualNetworkTaps/read
        ! guard (limit): 7 of 9 would go, the limit is 5; these changes are withheld, lift with --lift limit
        + attach   prod/web-nic of prod/web  soc-azure (sensors/soc)  # rules tagged, pci
        1 to attach; 1 not read wholly; digest d2

      2 plans: 2 to attach, 1 to modify, 1 to retarget, 1 to detach; 1 held (1 unknown-destination); noted (1 number-moved); 1 as wished; 1 not read wholly.
      "
    `);
  });

  test('have no colour of their own and bear the colour that is passed in', () => {
    expect(printPlanText(PLANS, unpainted)).not.toContain('\u001b');
    const painted = printPlanText(PLANS, (tone, text) => `<${tone}>${text}</${tone}>`);
    expect(painted).toContain('<add>+ attach  </add>');
    expect(painted.replaceAll(/<\/?(?:title|add|change|remove|hold|alarm|faint)>/g, '')).toBe(
      printPlanText(PLANS, unpainted),
    );
  });

  test('say so when there is nothing to do', () => {
    const calm = { ...AWS_PLAN, changes: [], holds: [], notes: [] };
    expect(printPlanText([calm], unpainted)).toMatch(/no change\n.*\n\nPlan: nothing to do; 1 as wished\.\n$/s);
  });
});

test('plans as JSON are whole, with their sums last', () => {
  const document: unknown = JSON.parse(printPlanJson(PLANS));
  expect(document).toMatchObject({
    version: 1,
    plans: PLANS,
    counts: { attach: 2, detach: 1, held: 1, incomplete: 1 },
  });
  expect(Object.keys(document as object).at(-1)).toBe('counts');
});

describe('plans as Markdown', () => {
  test('read like this', () => {
    expect(`\n${printPlanMarkdown(PLANS)}`).toMatchInlineSnapshot(`
      "
      ### AWS 123456789012 us-east-1

      | | interface | what | why |
      | --- | --- | --- | --- |
      | + attach | eni-web2 of i-web2 | soc-aws (tmt-soc, number 101, tmf-all) | rule tagged |
      | \\~ modify | eni-web1 of i-web1 | tms-kept for soc-aws: number 100 -&gt; 200 | rule tagged |
      | &gt; retarget | eni-web1 of i-web1 | tms-kept for soc-aws: target tmt-soc -&gt; tmt-new | rule tagged |
      | - detach | eni-old of i-old | tms-old (tmt-soc, number 100, tmf-all) | its machine has been stopped for longer than the grace |
      | ! held | eni-batch of i-batch | unknown-destination | the tag mirror is "\\\\u001b\\[31m&lt;img src=x onerror=alert(1)&gt;\\|\\\`\\*&#64;everyone"; rule tagged<br>To do: correct the tag, or add the name to the destinations that the rule allows |
      | i note | eni-web2 of i-web2 | number-moved soc-aws | 100 is taken by tms-theirs, 101 is used; rule tagged |

      Rules \`a1b2c3d4e5f6\`, digest \`d1gest\`

      ### Azure 00000000-0000-0000-0000-000000000000

      > **incomplete: targets: listing VTAPs: AuthorizationFailed; grant Microsoft.Network/virtualNetworkTaps/read**
      >
      > **guard (limit): 7 of 9 would go, the limit is 5; these changes are withheld, lift with --lift limit**

      | | interface | what | why |
      | --- | --- | --- | --- |
      | + attach | prod/web-nic of prod/web | soc-azure (sensors/soc) | rules tagged, pci |

      Rules \`a1b2c3d4e5f6\`, digest \`d2\`

      **2 to attach, 1 to modify, 1 to retarget, 1 to detach; 1 held (1 unknown-destination); noted (1 number-moved); 1 as wished; 1 not read wholly**
      "
    `);
  });

  test('let no tag value be anything but text', () => {
    expect(printPlanMarkdown(PLANS)).not.toMatch(/<img|@everyone|[^\\]`\*/);
  });
});

describe('plans as HTML', () => {
  test('escape everything', () => {
    const html = printPlanHtml(PLANS);
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(html).not.toContain('<img');
    expect(html.match(/<tr class=/g)).toHaveLength(7);
  });
});

test.each([
  ['eni-0123', 'eni-0123'],
  ['arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/ids/50dc', 'loadbalancer/net/ids/50dc'],
  ['/subscriptions/s/resourcegroups/rg/providers/microsoft.network/networkinterfaces/nic', 'rg/nic'],
  [
    '/subscriptions/s/resourcegroups/rg/providers/microsoft.network/networkinterfaces/nic/tapconfigurations/t',
    'rg/nic/t',
  ],
  ['/subscriptions/s', '/subscriptions/s'],
])('%s is called %s', (id, short) => {
  expect(shortId(id)).toBe(short);
});
