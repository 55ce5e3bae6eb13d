import { join } from 'node:path';
import type { RulesPlace } from '../../shared/rules-source.ts';
import { settingOf, type Environment } from '../settings.ts';
import { filePlace } from './file.ts';
import { parsePlace } from './place.ts';
import { objectPlace, type SendGetObject } from './s3.ts';
import { parameterPlace, type SendGetParameter } from './ssm.ts';

/** By what rules outside the deployment are reached. */
export interface Reach {
  readonly getObject: SendGetObject;
  readonly getParameter: SendGetParameter;
}

/**
 * The place of the rules that the environment names; the file beside the bundle when it names none.
 * @throws Fault `config-invalid` for what names no place.
 */
export function placeOf(env: Environment, beside: string, { getObject, getParameter }: Reach): RulesPlace {
  const place = parsePlace(settingOf(env, 'TAPKEEPER_RULES') ?? join(beside, 'tapkeeper.yaml'));
  switch (place.kind) {
    case 'file':
      return filePlace(place.path);
    case 'object':
      return objectPlace(place, getObject);
    case 'parameter':
      return parameterPlace(place.name, getParameter);
  }
}
