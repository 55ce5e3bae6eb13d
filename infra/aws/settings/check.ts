import type { Finding } from '../../../shared/config/check.ts';
import { isMap } from '../../../shared/config/schema/section.ts';
import { MOST_ACCOUNTS_NAMED, othersIn } from '../accounts.ts';
import { findPlace } from './rules-place.ts';
import { SCOPE_PATTERN, TOPIC_PATTERN } from './schema.ts';

type Data = Readonly<Record<string, unknown>>;

/**
 * What the parts of a settings file say of each other. It takes any data and looks at what has the right shape, so that one
 * mistake does not hide the others.
 */
export function checkSettings(data: unknown): readonly Finding[] {
  const file = isMap(data) ? data : {};
  return [...checkRules(file), ...checkScopes(file), ...checkMembers(file), ...checkTopic(file)];
}

const asList = (data: unknown): readonly unknown[] => (Array.isArray(data) ? data : []);

/** The owner is in the rules. Where these cannot be read from here, it has to be said; where they can, twice is once too often. */
function checkRules({ rules, rulesKey, owner, formerOwners }: Data): readonly Finding[] {
  if (typeof rules !== 'string' || rules === '') return [];
  const place = findPlace(rules);
  if (place === null) {
    const message = `must be a path, s3://bucket/key or ssm:/parameter/name, not ${JSON.stringify(rules)}`;
    return [{ path: ['rules'], at: 'value', message }];
  }
  if (place.kind === 'file') {
    const onlyElsewhere = {
      owner: [owner, `is read from ${rules}`],
      formerOwners: [formerOwners, `is read from ${rules}`],
      rulesKey: [rulesKey, 'is of rules in a bucket or a parameter'],
    } as const;
    return Object.entries(onlyElsewhere)
      .filter(([, [value]]) => value !== undefined)
      .map(([key, [, why]]) => ({ path: [key], at: 'key', message: `\`${key}\` ${why}; leave it out here` }));
  }
  const former = asList(formerOwners).flatMap((one, at): readonly Finding[] =>
    one === owner ? [{ path: ['formerOwners', at], at: 'value', message: 'must be another than `owner`' }] : [],
  );
  if (owner !== undefined) return former;
  const message = `\`owner\` is missing: names are made of it, and ${rules} is not read from here; write that of the rules`;
  return [{ path: [], at: 'value', message }, ...former];
}

interface WrittenScope {
  readonly at: number;
  readonly text: string;
  readonly account: string;
}

const scopesIn = ({ scopes }: Data): readonly WrittenScope[] =>
  asList(scopes).flatMap((text, at) => {
    const [, account] = SCOPE_PATTERN.exec(typeof text === 'string' ? text : '') ?? [];
    return typeof text === 'string' && account !== undefined ? [{ at, text, account }] : [];
  });

const checkScopes = (file: Data): readonly Finding[] =>
  scopesIn(file).flatMap(({ at, text }, _, all): readonly Finding[] =>
    all.some((other) => other.at < at && other.text === text)
      ? [{ path: ['scopes', at], at: 'value', message: `\`${text}\` is listed twice; keep one` }]
      : [],
  );

/** Other accounts are reached by a role there, and only they are. */
function checkMembers(file: Data): readonly Finding[] {
  const { account, members } = file;
  if (typeof account !== 'string') return [];
  const [other] = scopesIn(file).filter((scope) => scope.account !== account);
  if (members === undefined && other !== undefined) {
    const message = `\`${other.text}\` is of another account than ${account}, which is reached by a role there; write \`members: { externalId: … }\``;
    return [{ path: ['scopes', other.at], at: 'value', message }];
  }
  if (members !== undefined && other !== undefined) return checkAccounts(file, account);
  if (members === undefined) return [];
  const message = 'no scope is of another account; leave `members` out, or list what is to be kept there in `scopes`';
  return [{ path: ['members'], at: 'key', message }];
}

/** More accounts than a policy can name are reached as those of an organization. */
function checkAccounts(file: Data, account: string): readonly Finding[] {
  const others = othersIn({ account, scopes: scopesIn(file) });
  const { members } = file;
  if (others.length <= MOST_ACCOUNTS_NAMED || (isMap(members) && members['organization'] !== undefined)) return [];
  const most = `${others.length} other accounts, and IAM's policies have room for ${MOST_ACCOUNTS_NAMED} by name`;
  const remedy = 'write the `organization` in `members` if they are of one, or deploy another owner for the rest';
  return [{ path: ['scopes'], at: 'value', message: `\`scopes\` has ${most}; ${remedy}` }];
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html: topics of the alarms' own region. */
function checkTopic({ region, alarms }: Data): readonly Finding[] {
  const topic = isMap(alarms) ? alarms['topic'] : null;
  const [, its] = TOPIC_PATTERN.exec(typeof topic === 'string' ? topic : '') ?? [];
  if (typeof region !== 'string' || its === undefined || its === region) return [];
  return [{ path: ['alarms', 'topic'], at: 'value', message: `must be a topic in ${region}, where the alarms are` }];
}
