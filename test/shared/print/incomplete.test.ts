import { describe, expect, test } from 'vitest';
import { unpainted } from '../../../shared/print/paint.ts';
import { sayIncomplete } from '../../../shared/print/plan-view.ts';
import { printReportText } from '../../../shared/print/report.ts';
import { printPlanText } from '../../../shared/print/text.ts';
import { PAUSED } from '../../../shared/reconcile/report.ts';
import { AWS_PLAN, AZURE_PLAN } from './fixed-plan.ts';

describe('what was not read', () => {
  test('is said once for each reason, in the order of the plan', () => {
    expect(sayIncomplete(['targets: denied: a', 'machines: denied: b', 'sources: denied: a'])).toEqual([
      'incomplete: targets, sources: denied: a',
      'incomplete: machines: denied: b',
    ]);
    expect(sayIncomplete([])).toEqual([]);
  });

  test('is nothing that a terminal obeys', () => {
    expect(sayIncomplete(['targets: \u001b[2J'])).toEqual(['incomplete: targets: \\u001b[2J']);
  });

  test('comes first in a plan and in a report', () => {
    const plan = { ...AWS_PLAN, incomplete: ['targets: denied', 'filters: denied'] };
    const alarm = '\n  ! incomplete: targets, filters: denied\n';
    expect(printPlanText([plan], unpainted)).toContain(`rules a1b2c3d4e5f6${alarm}  + attach`);
    expect(printReportText([{ ...PAUSED, plan }], unpainted)).toContain(`us-east-1${alarm}`);
  });
});

describe('a report', () => {
  test('says what the guard withheld, and of nothing to do that there was none', () => {
    expect(printReportText([{ ...PAUSED, plan: AZURE_PLAN }], unpainted)).toMatch(/! guard \(limit\): 7 of 9 would go/);
    const calm = { ...AWS_PLAN, incomplete: [], changes: [], holds: [], notes: [] };
    expect(printReportText([{ ...PAUSED, plan: calm }], unpainted)).toMatch(/us-east-1\n {2}nothing to do\n/);
    expect(printReportText([PAUSED], unpainted)).toMatch(/^paused: nothing was read\n/);
  });
});
