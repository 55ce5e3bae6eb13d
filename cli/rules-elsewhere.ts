import { Fault } from '../shared/fault.ts';
import type { RulesPlace } from '../shared/rules-source.ts';
import type { Io } from './io.ts';

/** A word of one letter is a drive. */
const SCHEME = /^([a-z][a-z0-9+.-]+):/i;

/**
 * The place of rules that are kept outside this machine, so that what is deployed and a person can plan by the same ones; `null`
 * for a path. A cloud's client is loaded only when it is asked.
 * @throws Fault `config-invalid` that says what may stand there.
 */
export async function findPlaceElsewhere(path: string, { env }: Io): Promise<RulesPlace | null> {
  const settings = { ...env, TAPKEEPER_RULES: path };
  switch (SCHEME.exec(path)?.[1]?.toLowerCase()) {
    case undefined:
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
    default: {
      const right =
        's3://bucket/key, ssm:/parameter/name or https://<account>.blob.core.windows.net/<container>/<blob>';
      throw new Fault('config-invalid', `reading the rules at ${path}: name a file, ${right}`);
    }
  }
}
