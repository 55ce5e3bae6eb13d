import type { Random } from '../ec2/randomness.ts';
import { newUuid } from '../ec2/randomness.ts';

/** At most 32 hexadecimal digits, as the ids in ARNs of load balancers are. */
export const newDigits = (random: Random, count: number): string => newUuid(random).replaceAll('-', '').slice(0, count);
