import { parseAttachmentId } from '../shared/ids.ts';
import type { Change } from '../shared/plan/change.ts';
import { PROFILES } from '../shared/profile.ts';
import type { Attachment, Mark, World } from '../shared/words.ts';

/**
 * The world after one change, under the cloud's own rules: a step that the cloud would refuse throws.
 * An attachment that is made gets an id that tells its place, so that equal histories give equal worlds.
 */
export function applyChange(world: World, change: Change, mark: Mark): World {
  const attachments = attachmentsAfter(world, change, mark);
  const here = attachments.filter(({ source }) => source === change.source);
  const limit = PROFILES[world.scope.cloud].attachmentsPerSource;
  if (here.length > limit) throw new Error(`${change.source} would have ${here.length} attachments`);
  const numbers = here.map(({ settings }) => settings.number).filter((number) => number !== null);
  if (new Set(numbers).size < numbers.length)
    throw new Error(`${change.source} would have one number twice: ${numbers.join(', ')}`);
  return { ...world, attachments };
}

function attachmentsAfter(world: World, change: Change, mark: Mark): readonly Attachment[] {
  if (change.kind === 'attach') {
    const id = parseAttachmentId(`made-${change.source}-${change.to.target}-${change.to.filter}-${change.to.number}`);
    return [...world.attachments, { id, source: change.source, settings: change.to, mark, state: 'ready' }];
  }
  const found = world.attachments.find(({ id }) => id === change.attachment);
  if (found === undefined) throw new Error(`${change.attachment} does not exist`);
  if (found.mark?.owner !== mark.owner) throw new Error(`${change.attachment} is others'`);
  const others = world.attachments.filter((one) => one !== found);
  return change.kind === 'detach' ? others : [...others, { ...found, settings: change.to, state: 'ready' }];
}
