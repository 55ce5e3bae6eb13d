import { toRefusal } from '../faults.ts';
import type { MemberKey } from './assume.ts';

/** A call on its way through a client of the SDK. */
type Call<Args, Answer> = (args: Args) => Promise<Answer>;

/** What tells a member's key that AWS did not accept it: a step of a client, outside its retries. */
export const tellRefusedKey =
  (key: MemberKey) =>
  <Args, Answer>(next: Call<Args, Answer>): Call<Args, Answer> =>
  async (args) => {
    try {
      return await next(args);
    } catch (thrown) {
      const { access, code } = toRefusal(thrown);
      throw access === 'unauthenticated' ? key.refuse(code, thrown) : thrown;
    }
  };
