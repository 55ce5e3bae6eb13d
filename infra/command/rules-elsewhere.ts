import * as v from 'valibot';
import { saidIn } from './ask.ts';
import { fail, type Finding, ok, warn } from './finding.ts';
import { reading, type Run } from './process.ts';

/** Whose the rules have to be, as what is deployed beside them says. */
export interface Expected {
  readonly owner: string;
  /** Those whose attachments may be changed; `null`: nothing is deployed for them alone. */
  readonly formerOwners: readonly string[] | null;
  /** Settings of the environment by which they are read. */
  readonly env: Readonly<Record<string, string>>;
}

/** What `tapkeeper validate --json` says. */
const Validated = v.object({
  valid: v.boolean(),
  owner: v.nullable(v.string()),
  formerOwners: v.array(v.string()),
  problems: v.array(v.object({ severity: v.string(), line: v.number(), message: v.string() })),
});

/** Whether rules that the deployment reads while it runs are there, valid, and of the owner that it was told. */
export async function checkRulesElsewhere(run: Run, place: string, expected: Expected): Promise<Finding> {
  const call = reading(process.execPath, 'cli/tapkeeper.ts', 'validate', place, '--json');
  const { stdout, stderr } = await run({ ...call, env: expected.env });
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), Validated), stdout);
  if (!read.success) return unread(place, saidIn(stderr));
  const { valid, problems } = read.output;
  if (valid) return judge(place, read.output, expected);
  const errors = problems.filter(({ severity }) => severity === 'error');
  const lines = errors.map(({ line, message }) => `${place}:${line}: ${message}`).join('\n');
  return fail(`${place} is not valid:\n${lines}`, 'correct it: with such rules nothing is planned');
}

function judge(place: string, rules: v.InferOutput<typeof Validated>, expected: Expected): Finding {
  if (rules.owner !== expected.owner) {
    return fail(
      `the rules at ${place} are of the owner ${rules.owner}, and what is deployed is of ${expected.owner}`,
      'write the same owner in both',
    );
  }
  const allowed = expected.formerOwners;
  const uncovered = allowed === null ? [] : rules.formerOwners.filter((one) => !allowed.includes(one));
  if (uncovered.length === 0) return ok(`${place}: valid, owner ${expected.owner}`);
  return fail(
    `the rules at ${place} have the former owners ${uncovered.join(', ')}, whose sessions the roles may not change`,
    `list them in \`formerOwners\` of the settings`,
  );
}

/** Who deploys may be kept from reading what the deployment reads; rules that are not there nobody can read. */
const unread = (place: string, said: string): Finding =>
  /config-invalid/.test(said) && !/denied/i.test(said)
    ? fail(`there are no rules at ${place}: ${said}`, 'put them there (docs/rules.md)')
    : warn(`the rules at ${place} could not be read: ${said}`, 'see that the deployment may read them');
