import type { Call } from './call.ts';
import { invalidValue, refusal } from './errors.ts';

/**
 * Runs an action once per client token. The same token with the same parameters answers as before, even when what was
 * created is gone since; with other parameters it is refused
 * (https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html).
 */
export function once<Request extends { ClientToken?: string | undefined }, Answer extends object>(
  action: string,
  run: (call: Call, request: Request) => Answer,
): (call: Call, request: Request) => Answer {
  return (call, request) => {
    const token = request.ClientToken;
    if (token === undefined || token === '') return run(call, request);
    if (token.length > 64) throw invalidValue('Invalid client token: the maximum length is 64 characters');
    const key = `${action} ${token}`;
    const asked = JSON.stringify(request);
    const before = call.region.answers.get(key);
    if (before !== undefined && before.asked !== asked) {
      throw refusal(
        'IdempotentParameterMismatch',
        'The client token you have provided is associated with a resource for which the parameters differ from the current request.',
      );
    }
    if (before !== undefined) return before.answer as Answer;
    const answer = run(call, request);
    call.region.answers.set(key, { asked, answer });
    return answer;
  };
}
