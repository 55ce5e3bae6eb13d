import { canonicalConfig } from './config/canonical.ts';
import type { Problem } from './config/problem.ts';
import { Fault } from './fault.ts';
import type { Clock, Hash, LoadedRules, RulesSource } from './ports.ts';
import { remember } from './remember.ts';
import type { RulesVersion } from './words.ts';

/** The text of rules, as a place gave it. */
export interface RulesText {
  readonly text: string;
  /** What the place calls this very text, so that it need not be sent again; `null`: it has no such name. */
  readonly tag: string | null;
  /** `secret`: who may read it is limited by a key, so that none of it is repeated where others read. */
  readonly kind: 'plain' | 'secret';
}

/** Where rules are kept: a file, or something outside the deployment. */
export interface RulesPlace {
  /** As messages call it: a path or an address, and nothing secret. */
  readonly name: string;
  /** For how long what was read there is taken for what is there. */
  readonly keptMs: number;
  /**
   * The text that is there now; `known` itself when it is still that.
   * @throws Fault `config-invalid`: missing, denied, or nothing that rules could be; `throttled`, `unreachable`: tried again.
   */
  read(known: RulesText | null): Promise<RulesText>;
}

/**
 * For how long rules from outside the deployment are not asked for again, so that a storm of events does not ask with each
 * batch. Whoever changes them waits so long at most. Parameter Store answers 40 calls a second to the whole account
 * (https://docs.aws.amazon.com/general/latest/gr/ssm.html); the ten processes of a busy deployment make two of them.
 */
export const ASKED_EVERY_MS = 5_000;

/** More than this is no rules file: 500 rules are a tenth of it. */
export const MOST_BYTES = 1_048_576;

/** What the last text came to: rules, or everything that is wrong with it. */
type Judged = LoadedRules | Fault;

/**
 * The rules of a place. A text is parsed once and judged by what it says, not by its name: versions of a parameter begin anew
 * when it is made anew, and time stamps can stay the same across two writes. What is not valid stays known as not valid; the
 * rules before it are never in force again, since nobody can tell what the new ones were to stop.
 */
export function rulesAt(place: RulesPlace, given: { readonly clock: Clock; readonly hash: Hash }): RulesSource {
  let known: RulesText | null = null;
  let judged: Judged | null = null;
  const judge = async (): Promise<Judged> => {
    const read = await place.read(known);
    if (judged === null || known?.text !== read.text) judged = await parse(place.name, read, given.hash);
    known = read;
    return judged;
  };
  const lately = remember<Judged>(given.clock, place.keptMs);
  return {
    followedBy: 'reader',
    async load() {
      const rules = await lately.get(place.name, judge);
      if (rules instanceof Fault) throw rules;
      return rules;
    },
  };
}

/** The parser is loaded with the first rules: a cold start does not wait for what a warm process has long read. */
async function parse(name: string, { text, kind }: RulesText, hash: Hash): Promise<Judged> {
  const { formatProblems, parseConfig } = await import('./config/parse.ts');
  const parsed = parseConfig(text);
  if (parsed.kind === 'valid') {
    const { config } = parsed;
    return { config, version: hash(canonicalConfig(config)) as RulesVersion };
  }
  const said = kind === 'plain' ? formatProblems(name, parsed.problems) : sayWhereOnly(name, parsed.problems);
  return new Fault('config-invalid', said);
}

/** Problems repeat what they are about, and what was put in the wrong place may be a password. */
const sayWhereOnly = (name: string, problems: readonly Problem[]): string =>
  `${name} is encrypted, so it is not repeated what is wrong in ${problems.length === 1 ? 'line' : 'lines'} ` +
  `${[...new Set(problems.map(({ line }) => line))].join(', ')}; see it with npx tapkeeper validate ${name}`;

/**
 * The text of what came in pieces. More than {@link MOST_BYTES} are not waited for.
 * @param decode Throws for bytes that are no text.
 * @throws Fault `config-invalid`.
 */
export async function collectText(
  name: string,
  pieces: AsyncIterable<Uint8Array>,
  decode: (bytes: Uint8Array) => string,
): Promise<string> {
  const whole = new Uint8Array(MOST_BYTES);
  let size = 0;
  for await (const piece of pieces) {
    if (size + piece.length > MOST_BYTES) {
      throw notRules(name, `it is larger than ${MOST_BYTES} bytes, which no rules file is; see what is kept there`);
    }
    whole.set(piece, size);
    size += piece.length;
  }
  try {
    return decode(whole.subarray(0, size));
  } catch (thrown) {
    throw notRules(name, 'it is no text in UTF-8; see what is kept there', thrown);
  }
}

/** What was found instead of rules, or that nothing was. */
export const notRules = (name: string, said: string, cause?: unknown): Fault =>
  new Fault('config-invalid', `reading the rules at ${name}: ${said}`, cause);
