import type { RulesPlace } from '../../shared/rules-source.ts';
import type { Env } from '../settings.ts';
import { blobPlace, type BlobRequest } from './blob.ts';
import { filePlace } from './file.ts';
import { parsePlace } from './place.ts';

/**
 * The place of the rules that the settings name; `tapkeeper.yaml` in the app's folder when they name none.
 * @throws Fault `config-invalid` for what names no place.
 */
export function placeOf(env: Env, reach: Pick<BlobRequest, 'credential' | 'pause'>): RulesPlace {
  const place = parsePlace(env['TAPKEEPER_RULES']?.trim() || 'tapkeeper.yaml');
  return place.kind === 'file' ? filePlace(place.path) : blobPlace({ ...place, ...reach });
}
