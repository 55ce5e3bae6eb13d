import type { Origin } from '../ec2/call.ts';
import type { Answering } from '../ec2/server.ts';
import type { AccessKey, Identities } from '../identity.ts';

/** What Auto Scaling does in EC2, in the name of its service-linked role of each account. */
export interface Ec2Calls {
  /** @throws Error with EC2's answer when it is refused. */
  run(origin: Origin, type: string, tags: Readonly<Record<string, string>>): Promise<RunInstance>;
  terminate(origin: Origin, instanceId: string): Promise<void>;
}

export interface RunInstance {
  readonly instanceId: string;
  readonly zone: string;
}

export function createEc2Calls(ec2: Answering, identities: Identities): Ec2Calls {
  const keys = new Map<string, AccessKey>();
  const keyOf = (account: string): AccessKey => {
    const key = keys.get(account) ?? identities.issue(AUTO_SCALING, account);
    keys.set(account, key);
    return key;
  };
  const call = async ({ account, region }: Origin, params: Readonly<Record<string, string>>): Promise<string> => {
    const answer = await ec2.answer({
      params: new URLSearchParams({ ...params, Version: '2016-11-15' }),
      signer: { accessKeyId: keyOf(account).accessKeyId, region },
      userAgent: 'autoscaling.amazonaws.com',
    });
    if (answer?.status === 200) return answer.xml;
    throw new Error(`${params['Action']} by Auto Scaling in ${account} ${region}: ${answer?.xml ?? 'no answer'}`);
  };

  return {
    async run(origin, type, tags) {
      const xml = await call(origin, {
        Action: 'RunInstances',
        ImageId: 'ami-0123456789abcdef0',
        InstanceType: type,
        MinCount: '1',
        MaxCount: '1',
        ...toTagParameters(tags),
      });
      return { instanceId: getElement(xml, 'instanceId'), zone: getElement(xml, 'availabilityZone') };
    },
    async terminate(origin, instanceId) {
      await call(origin, { Action: 'TerminateInstances', 'InstanceId.1': instanceId });
    },
  };
}

const AUTO_SCALING = { kind: 'role', roleName: 'AWSServiceRoleForAutoScaling', sessionName: 'AutoScaling' } as const;

const toTagParameters = (tags: Readonly<Record<string, string>>): Readonly<Record<string, string>> => {
  const given = Object.entries(tags).flatMap(([key, value], index) => [
    [`TagSpecification.1.Tag.${index + 1}.Key`, key],
    [`TagSpecification.1.Tag.${index + 1}.Value`, value],
  ]);
  return given.length === 0
    ? {}
    : { 'TagSpecification.1.ResourceType': 'instance', ...(Object.fromEntries(given) as Record<string, string>) };
};

function getElement(xml: string, name: string): string {
  const [, text] = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml) ?? [];
  if (text === undefined) throw new Error(`reading ${name} of an answer of EC2: it has none`);
  return text;
}
