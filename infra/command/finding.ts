/** What a check found. */
export type Finding =
  | { readonly level: 'ok'; readonly what: string }
  /** `warn`: it can be deployed all the same; `FAIL`: it cannot. */
  | { readonly level: 'warn' | 'FAIL'; readonly what: string; readonly todo: string };

export const ok = (what: string): Finding => ({ level: 'ok', what });
export const warn = (what: string, todo: string): Finding => ({ level: 'warn', what, todo });
export const fail = (what: string, todo: string): Finding => ({ level: 'FAIL', what, todo });

/** Tells a person one thing. */
export type Say = (text: string) => void;

/** One line, and what to do about it on the next. */
export function sayFinding(finding: Finding, say: Say): void {
  const lines = finding.what.split('\n');
  say(`${finding.level.padEnd(5)} ${lines.join('\n      ')}`);
  if (finding.level !== 'ok') say(`      to do: ${finding.todo}`);
}

/** Tells each thing as it is found, and keeps it. */
export function telling(say: Say): { readonly findings: readonly Finding[]; readonly tell: (one: Finding) => Finding } {
  const findings: Finding[] = [];
  const tell = (finding: Finding): Finding => {
    findings.push(finding);
    sayFinding(finding, say);
    return finding;
  };
  return { findings, tell };
}

/** Counts what was found, in a sentence. */
export function sayCounts(findings: readonly Finding[], say: Say): void {
  const count = (level: Finding['level']): number => findings.filter((one) => one.level === level).length;
  const failed = count('FAIL');
  const verdict = failed === 0 ? 'nothing stops a deployment' : `nothing is deployed until ${failed} FAIL is put right`;
  say(`\n${count('ok')} ok, ${count('warn')} to look at, ${failed} FAIL: ${verdict}`);
}

export const isFatal = ({ level }: Finding): boolean => level === 'FAIL';
