import * as autoScaling from '@aws-sdk/client-auto-scaling';
import * as loadBalancing from '@aws-sdk/client-elastic-load-balancing-v2';
import * as securityTokens from '@aws-sdk/client-sts';
import type { Answering, BesideEc2 } from '../ec2/server.ts';
import { autoScalingActions, groupOf } from './auto-scaling.ts';
import type { BalancerControls } from './balancer-controls.ts';
import { balancerControls } from './balancer-controls.ts';
import { createBalancers } from './balancers.ts';
import { createEc2Calls } from './ec2-calls.ts';
import type { GroupLaunchWish } from './group-launch.ts';
import { launchInGroup } from './group-launch.ts';
import type { GroupLaunch } from './launches.ts';
import { createJsonService } from './json-service.ts';
import { createLaunches } from './launches.ts';
import { listenerActions } from './listeners.ts';
import type { SubnetsOf } from './load-balancing.ts';
import { loadBalancerActions } from './load-balancing.ts';
import type { ParameterControls } from './parameters.ts';
import { createParameters } from './parameters.ts';
import type { ServiceSurroundings } from './query-service.ts';
import { createQueryService } from './query-service.ts';
import type { Role } from './roles.ts';
import { toRoleArn } from './roles.ts';
import { roleOf, securityTokenActions } from './security-tokens.ts';

/** What happens in the services beside EC2 without a call. */
export interface ServiceControls extends BalancerControls, ParameterControls {
  /** Has a role exist, in place of one of that name; returns its ARN. @throws Error for an account that does not exist. */
  addRole(role: Role): string;
  /** Launches an instance that waits for a launch hook. What is left out is a group of the cloud's own account and region. */
  launchInGroup(wish?: Partial<GroupLaunchWish>): Promise<GroupLaunch>;
  /** What groups launched, with how the wait for the hook ended. */
  groupLaunches(): readonly GroupLaunch[];
}

export interface Services {
  readonly beside: BesideEc2;
  readonly controls: ServiceControls;
}

type Surroundings = ServiceSurroundings & {
  readonly subnetsOf: SubnetsOf;
  /** Where Auto Scaling runs and terminates instances. */
  readonly ec2: Answering;
  /** Has who waits for quiet wait for this, too. */
  readonly track: (work: Promise<void>) => Promise<void>;
  readonly failed: (thrown: unknown) => void;
};

/** STS, load balancing, Auto Scaling and Parameter Store of the local cloud. */
export function createServices(surroundings: Surroundings): Services {
  const { identities, defaultRegion, nowMs, changed, track, failed } = surroundings;
  const balancers = createBalancers();
  const roles = new Map<string, Role>();
  const parameters = createParameters({ account: identities.accounts[0], region: defaultRegion }, nowMs, surroundings);
  const ec2 = createEc2Calls(surroundings.ec2, identities);
  const launches = createLaunches(nowMs, (launch) => {
    track(ec2.terminate(launch, launch.instanceId)).catch(failed);
  });
  return {
    beside: {
      query: [
        createQueryService(surroundings, {
          name: 'sts',
          version: '2011-06-15',
          namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
          client: securityTokens,
          actions: securityTokenActions(roles, identities),
          resourceOf: roleOf,
        }),
        createQueryService(surroundings, {
          name: 'elasticloadbalancing',
          version: '2015-12-01',
          namespace: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/',
          client: loadBalancing,
          actions: { ...loadBalancerActions(balancers, surroundings.subnetsOf), ...listenerActions(balancers) },
          resourceOf: () => '*',
        }),
        createQueryService(surroundings, {
          name: 'autoscaling',
          version: '2011-01-01',
          namespace: 'http://autoscaling.amazonaws.com/doc/2011-01-01/',
          client: autoScaling,
          actions: autoScalingActions(launches),
          resourceOf: groupOf,
        }),
      ],
      json: [createJsonService(surroundings, { name: 'ssm', target: 'AmazonSSM', actions: parameters.actions })],
    },
    controls: {
      ...parameters.controls,
      ...balancerControls(surroundings, balancers),
      addRole(role) {
        if (!identities.accounts.includes(role.account)) {
          throw new Error(`adding the role ${role.name}: ${role.account} is not an account here`);
        }
        const arn = toRoleArn(role);
        roles.set(arn, role);
        return arn;
      },
      async launchInGroup(wish = {}) {
        const whole = { ...USUAL_LAUNCH, account: identities.accounts[0], region: defaultRegion, ...wish };
        const launch = await launchInGroup({ ...surroundings, ec2 }, launches, whole);
        changed();
        return launch;
      },
      groupLaunches: launches.all,
    },
  };
}

/** A heartbeat of an hour, and what is not completed is given up: https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html */
const USUAL_LAUNCH = {
  group: 'fleet',
  hook: 'attach-mirror',
  type: 'm5.large',
  tags: {},
  heartbeatSeconds: 3600,
  defaultResult: 'ABANDON',
} as const;
