import * as v from 'valibot';
import type { Plan } from '../../shared/plan/change.ts';
import { printPlanHtml } from '../../shared/print/html.ts';
import { shortId } from '../../shared/print/short-id.ts';
import type { Cloud } from '../../shared/words.ts';
import type { Person } from '../demo/person.ts';
import { ActionSchema, type CloudAction } from './action.ts';
import type { Feed } from './feed.ts';
import type { Answer } from './server.ts';

/** The handlers' hosts, as far as buttons reach them. */
export interface Host {
  sweep(): Promise<void>;
  resync(body: string): Promise<{ readonly status: number; readonly body: string }>;
}

export interface Actors {
  readonly people: Readonly<Record<Cloud, Person>>;
  readonly hosts: Readonly<Record<Cloud, Host>>;
  readonly feed: Feed;
  /** A name that no machine has. */
  readonly newName: () => string;
}

/** Carries out what a button asks for. @throws Error that says what the cloud said. */
export async function act(actors: Actors, asked: unknown): Promise<Answer> {
  const parsed = v.safeParse(ActionSchema, asked);
  if (!parsed.success) return { kind: 'refused', text: `no such action: ${v.summarize(parsed.issues)}`, html: null };
  const action = parsed.output;
  if (action.kind === 'plan') return showPlan(actors);
  if (action.kind === 'sweep') return sweep(actors);
  const text = await actOn(actors, action);
  actors.feed.say('person', action.cloud, `you ${text}`);
  return done(`You ${text}.`);
}

async function sweep({ hosts, feed }: Actors): Promise<Answer> {
  feed.say('person', null, 'you asked for a sweep of both clouds');
  await Promise.all(Object.values(hosts).map((host) => host.sweep()));
  return done('The sweep is done.');
}

const done = (text: string): Answer => ({ kind: 'done', text, html: null });

/** Does it, and says in words what was done. */
async function actOn({ people, newName }: Actors, action: CloudAction): Promise<string> {
  const person = people[action.cloud];
  switch (action.kind) {
    case 'launch': {
      const name = newName();
      const { tag } = action;
      await person.launch({ name, tags: tag === null ? {} : { [tag.name]: tag.value } });
      return tag === null ? `launched ${name} without a tag` : `launched ${name} with ${tag.name}=${tag.value}`;
    }
    case 'tag':
      await person.tag(action.machine, action.name, action.value);
      return `tagged ${shortId(action.machine)} with ${action.name}=${action.value}`;
    case 'untag':
      await person.untag(action.machine, action.name);
      return `took the tag ${action.name} from ${shortId(action.machine)}`;
    case 'stop':
      await person.stop(action.machine);
      return `stopped ${shortId(action.machine)}`;
    case 'start':
      await person.start(action.machine);
      return `started ${shortId(action.machine)}`;
    case 'terminate':
      await person.terminate(action.machine);
      return `terminated ${shortId(action.machine)}`;
    case 'break':
      await person.breakOff(action.attachment);
      return `removed ${shortId(action.attachment)} by hand`;
    case 'intrude':
      await person.intrude(action.source);
      return `attached something of your own to ${shortId(action.source)}`;
  }
}

/** Asks both deployments what they would do, as anybody who may call `resync` can. */
async function showPlan({ hosts }: Actors): Promise<Answer> {
  const answers = await Promise.all(
    Object.values(hosts).map((host) => host.resync(JSON.stringify({ scope: 'everything', mode: 'plan' }))),
  );
  const refused = answers.find(({ status }) => status !== 200);
  if (refused !== undefined)
    return { kind: 'refused', text: `resync answered ${refused.status}: ${refused.body}`, html: null };
  const plans = answers.flatMap(({ body }) => (JSON.parse(body) as { plans: readonly ResyncPlan[] }).plans.map(toPlan));
  return { kind: 'done', text: '', html: printPlanHtml(plans) };
}

type ResyncPlan = Pick<Plan, 'scope' | 'rulesVersion' | 'changes' | 'holds'> & {
  readonly digest: Plan['guard']['digest'];
  readonly guard: Omit<Plan['guard'], 'digest'>;
};

/** The endpoint leaves out what stays as it is; and an incomplete read is no plan but a refusal. */
const toPlan = ({ digest, guard, ...rest }: ResyncPlan): Plan => ({
  ...rest,
  selection: { kind: 'everything' },
  keeps: [],
  notes: [],
  interruptions: [],
  incomplete: [],
  guard: { ...guard, digest },
});
