import { findScheme, namesNoPlace } from '../shared/rules-address.ts';
import type { RulesPlace } from '../shared/rules-source.ts';
import type { Io } from './io.ts';

/**
 * The place of rules that are kept outside this machine, so that what is deployed and a person can plan by the same ones; `null`
 * for a path. A cloud's client is loaded only when it is asked.
 * @throws Fault `config-invalid` that says what may stand there.
 */
export async function findPlaceElsewhere(path: string, { env }: Io): Promise<RulesPlace | null> {
  const settings = { ...env, TAPKEEPER_RULES: path };
  switch (findScheme(path)) {
    case null:
      return null;
    case 's3':
    case 'ssm':
      return (await import('../lambdas/compose.ts')).rulesPlaceOf(settings, {});
    case 'https':
    case 'http': {
      const [{ rulesPlaceOf }, { DefaultAzureCredential }] = await Promise.all([
        import('../functions/compose.ts'),
        import('@azure/identity'),
      ]);
      return rulesPlaceOf(settings, new DefaultAzureCredential());
    }
    default:
      throw namesNoPlace(path, `write the path of a file, ${ELSEWHERE}`);
  }
}

const ELSEWHERE = 's3://bucket/key, ssm:/parameter/name or https://<account>.blob.core.windows.net/<container>/<blob>';
