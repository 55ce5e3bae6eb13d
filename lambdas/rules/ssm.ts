import { ASKED_EVERY_MS, notRules, type RulesPlace, type RulesText } from '../../shared/rules-source.ts';
import { PERMISSIONS } from '../ec2/permissions.ts';
import { toRulesFault } from './refused.ts';

/** What Parameter Store answers with. */
export interface ParameterAnswer {
  readonly value: string | null;
  /** `String`, `StringList` or `SecureString`. */
  readonly type: string | null;
}

/** Sends GetParameter, for the decrypted value. */
export type SendGetParameter = (name: string) => Promise<ParameterAnswer>;

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html */
const WHEN_DENIED = 'of a SecureString that is encrypted with a key of your own, allow kms:Decrypt on the key too';

/**
 * The rules in a parameter of the function's region. Parameter Store holds up to 8 KB and sends them each time; whether they
 * have changed is told by the text, not by the version: a parameter that was deleted and made anew begins with 1 again.
 */
export function parameterPlace(parameter: string, send: SendGetParameter): RulesPlace {
  const name = `ssm:${parameter}`;
  const asked = { permission: PERMISSIONS.readRulesParameter, name, whenDenied: WHEN_DENIED };
  return {
    name,
    keptMs: ASKED_EVERY_MS,
    async read(): Promise<RulesText> {
      const { value, type } = await send(parameter).catch((thrown: unknown) =>
        Promise.reject(toRulesFault(thrown, asked)),
      );
      if (value === null) throw notRules(name, 'the answer holds no value; put the rules there');
      return { text: value, tag: null, kind: type === 'SecureString' ? 'secret' : 'plain' };
    },
  };
}
