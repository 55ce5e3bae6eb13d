import { answer, refuse, type Answer } from './answer.ts';
import type { Arm, Call } from './arm.ts';

const toToken = (offset: number): string => Buffer.from(`o:${offset}`).toString('base64url');

function findOffset(token: string): number | null {
  const match = /^o:(\d+)$/.exec(Buffer.from(token, 'base64url').toString('utf8'));
  return match === null ? null : Number(match[1]);
}

/** One page of a list, with a link to the next one that is to be followed as it is. */
export function toPage<T>(arm: Arm, call: Call, items: readonly T[], toBody: (item: T) => unknown): Answer {
  const token = call.query.get('$skipToken') ?? call.query.get('$skiptoken');
  const offset = token === null ? 0 : findOffset(token);
  if (offset === null)
    return refuse(400, 'InvalidSkipToken', 'The skip token is not one that this list has given out.');
  const end = offset + arm.settings.pageSize;
  const value = items.slice(offset, end).map(toBody);
  if (end >= items.length) return answer(200, { value });
  const query = new URLSearchParams(call.query);
  query.set('$skipToken', toToken(end));
  const nextLink = `${call.origin}${call.path.split('?')[0] ?? ''}?${query.toString()}`;
  return answer(200, { value, nextLink });
}
