import { refusal } from '../ec2/errors.ts';
import type { ServiceCall } from './call.ts';
import { accessDenied, type JsonAction } from './json-service.ts';
import { NOTHING_KNOWN, type ServiceSurroundings } from './query-service.ts';

/** A parameter of Parameter Store. */
export interface ParameterWish {
  readonly name: string;
  readonly value: string;
  /** `String` when left out. */
  readonly type?: 'String' | 'SecureString';
  /** Whether the key of a SecureString lets the caller decrypt; it does when left out. */
  readonly key?: 'usable' | 'denied' | 'disabled';
  /** The cloud's own when left out. */
  readonly region?: string;
  readonly account?: string;
}

/** What people do with parameters, beside the calls. */
export interface ParameterControls {
  /** Makes or overwrites a parameter, as PutParameter does: each time its version is one more. */
  putParameter(wish: ParameterWish): void;
  deleteParameter(name: string): void;
}

interface Parameter extends Required<ParameterWish> {
  readonly version: number;
  readonly modifiedMs: number;
}

/** What may refuse a call that is right. */
type Permitting = Pick<ServiceSurroundings, 'denied' | 'policies'>;

type Origin = Pick<ServiceCall, 'account' | 'region'>;

const keyOf = ({ account, region }: Origin, name: string): string => `${account} ${region} ${name}`;

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html: of the advanced tier. */
const MOST_BYTES = 8192;

/** Parameter Store, as far as GetParameter shows it. */
export function createParameters(own: Origin, nowMs: () => number, permitting: Permitting) {
  const parameters = new Map<string, Parameter>();
  const controls: ParameterControls = {
    putParameter(wish) {
      const size = Buffer.byteLength(wish.value);
      if (size > MOST_BYTES)
        throw new Error(`putting the parameter ${wish.name}: ${size} bytes are more than it holds`);
      const whole = { type: 'String' as const, key: 'usable' as const, ...own, ...wish };
      const key = keyOf(whole, wish.name);
      const version = (parameters.get(key)?.version ?? 0) + 1;
      parameters.set(key, { ...whole, version, modifiedMs: nowMs() });
    },
    deleteParameter: (name) => void parameters.delete(keyOf(own, name)),
  };
  return { controls, actions: { GetParameter: getParameter(parameters, permitting) } };
}

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html */
const getParameter =
  (parameters: ReadonlyMap<string, Parameter>, { denied, policies }: Permitting): JsonAction =>
  (call, { Name: name, WithDecryption: isDecrypted }) => {
    if (typeof name !== 'string' || !/^[\w./-]{1,2048}$/.test(name)) {
      throw refusal('ValidationException', 'Parameter name: can only consist of letters, numbers and . - _ /');
    }
    const arn = `arn:aws:ssm:${call.region}:${call.account}:parameter/${name.replace(/^\//, '')}`;
    const check = { action: 'ssm:GetParameter', resource: arn, context: NOTHING_KNOWN };
    if (denied.has('GetParameter') || policies.findRefused(call, () => [check]) !== null) {
      throw accessDenied(call, check.action, arn);
    }
    const found = parameters.get(keyOf(call, name));
    if (found === undefined) throw refusal('ParameterNotFound', '');
    return {
      Parameter: {
        ARN: arn,
        DataType: 'text',
        LastModifiedDate: found.modifiedMs / 1000,
        Name: name,
        Type: found.type,
        Value: found.type === 'SecureString' ? toSecret(found, isDecrypted === true) : found.value,
        Version: found.version,
      },
    };
  };

function toSecret({ key, value }: Parameter, isDecrypted: boolean): string {
  if (!isDecrypted) return Buffer.from(`encrypted ${value.length}`).toString('base64');
  if (key === 'usable') return value;
  if (key === 'disabled') throw refusal('InvalidKeyId', 'The key is disabled');
  throw refusal(
    'AccessDeniedException',
    'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
  );
}
