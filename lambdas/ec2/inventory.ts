import type { Clock } from '../../shared/ports.ts';
import type { Selection, World } from '../../shared/words.ts';
import { listed, type Answers } from './answers.ts';
import { catalogues, type Catalogue } from './catalogue.ts';
import type { AwsScope } from './convert.ts';
import type { Reads } from './reads.ts';
import { readSubjects } from './subject-reads.ts';
import { toWorld } from './world.ts';

/** Everything of a scope, by listing pages. */
async function readEverything(reads: Reads, catalogue: Catalogue): Promise<Answers> {
  const [instances, interfaces, sessions, targets, filters] = await Promise.all([
    listed(reads.instances('everything')),
    listed(reads.interfaces('everything')),
    listed(reads.sessions('everything')),
    listed(catalogue.targets()),
    listed(catalogue.filters()),
  ]);
  return { instances, interfaces, sessions, targets, filters, targetInstances: instances.items };
}

/** @throws Fault the first one, when neither machines nor sources nor attachments could be read. */
function refuseNothing({ instances, interfaces, sessions }: Answers): void {
  if (instances.fault !== null && interfaces.fault !== null && sessions.fault !== null) throw instances.fault;
}

/** Reads scopes; what it remembers between reads are targets and filters. */
export interface Inventory {
  read(scope: AwsScope, selection: Selection): Promise<World>;
  forget(scope: AwsScope): boolean;
}

export function inventory(readsFor: (scope: AwsScope) => Reads, clock: Clock): Inventory {
  const { recent, anew, forget } = catalogues(clock);
  return {
    async read(scope, selection) {
      const reads = readsFor(scope);
      const answers =
        selection.kind === 'everything'
          ? await readEverything(reads, anew(keyOf(scope), reads))
          : await readSubjects(reads, recent(keyOf(scope), reads), selection.subjects);
      refuseNothing(answers);
      return toWorld(scope, selection, answers);
    },
    forget: (scope) => forget(keyOf(scope)),
  };
}

const keyOf = ({ account, region }: AwsScope): string => `${account} ${region}`;
