import { Stack } from 'aws-cdk-lib';
import { FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { addAlarms } from '../watch/alarms.ts';
import { addBus, isForwardedTo } from './bus.ts';
import { addDashboard } from '../watch/dashboard.ts';
import { addEventRules, type Watching } from './event-rules.ts';
import { addFunctions, type Functions } from './functions.ts';
import { namesOf, SCOPES_METADATA } from '../names.ts';
import { addOutput } from '../output.ts';
import { addQueues } from './queues.ts';
import { addRoles } from './roles.ts';
import { addSchedule } from './schedule.ts';
import type { Settings } from '../settings.ts';

/**
 * The stack of a deployment:
 *
 *     EventBridge rules ─> event queue (+ dead letters) ──┐
 *     sweep, resync, what is put back ─> bulk queue (+) ──┴─> on-change   in batches, so many at a time
 *     schedule ─> sweep          lists, and hands on what differs
 *     HTTPS, signed ─> resync    plans or applies what a person asks for
 *
 * Nothing in it is a memory: what is attached is marked on the attachment itself. So everything goes with the stack but the
 * journals, which expire. Sessions do not go with it; `tapkeeper drain` detaches them before.
 *
 * @param bundles The folder that has a folder for each Lambda's bundle, `dist/lambdas` of a build.
 * @throws Fault `config-invalid` when a bundle is not there.
 */
export function tapkeeperStack(app: Construct, settings: Settings, bundles: string): Stack {
  const { account, region, launchHooks, scopes, sweepMinutes, notify, owner } = settings;
  const names = namesOf(owner);
  const stack = new Stack(app, names.stack, {
    env: { account, region },
    description: `tapkeeper: keeps traffic mirroring attached, in the name of ${owner}`,
  });
  stack.templateOptions.metadata = {
    [SCOPES_METADATA]: scopes.map((scope) => `${scope.account}:${scope.region}`),
  };

  const queues = addQueues(stack, names);
  const roles = addRoles(stack, names, settings, queues);
  const functions = addFunctions(stack, { names, settings, queues, roles, bundles });
  // Who may ask is up to the policies of people and their tools: it takes lambda:InvokeFunctionUrl and lambda:InvokeFunction
  // (https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html). Nobody is let in from here.
  const url = functions.resync.addFunctionUrl({ authType: FunctionUrlAuthType.AWS_IAM });

  const { undelivered } = queues.deadLetters;
  addSchedule(stack, { names, sweep: functions.sweep, sweepMinutes, undelivered });
  const watching: Watching = { names, launchHooks, queues };
  addEventRules(new Construct(stack, 'On'), null, watching);
  const bus = isForwardedTo(settings) ? addBus(stack, names, settings) : null;
  if (bus !== null) addEventRules(new Construct(stack, 'OnForwarded'), bus, watching);

  const watched = { names, functions, queues: queues.work, deadLetters: queues.deadLetters, sweepMinutes, notify };
  addAlarms(stack, watched);
  addDashboard(stack, watched);

  addOutput(stack, 'ResyncUrl', 'Where a signed POST asks for a plan, or for having it applied', url.url);
  addOutput(stack, 'EventQueueUrl', 'What events are waiting in', queues.work.event.queueUrl);
  addOutput(stack, 'BulkQueueUrl', 'What sweeps hand on to', queues.work.bulk.queueUrl);
  addOutput(stack, 'EventDeadLettersUrl', 'Events that failed too often', queues.deadLetters.event.queueUrl);
  addOutput(stack, 'BulkDeadLettersUrl', 'Handed-on work that failed too often', queues.deadLetters.bulk.queueUrl);
  addOutput(stack, 'UndeliveredUrl', 'Events and sweeps that never reached us', undelivered.queueUrl);
  addOutput(
    stack,
    'OnChangeJournal',
    'The journal of what was attached and detached, as of `aws logs tail`',
    logOf(functions.onChange),
  );
  addOutput(stack, 'SweepJournal', 'The journal of the sweeps that the clock starts', logOf(functions.sweep));
  addOutput(stack, 'ResyncJournal', 'The journal of what people asked for', logOf(functions.resync));
  addOutput(stack, 'RoleArn', 'The role that writes sessions', roles.writer.roleArn);
  addOutput(stack, 'SweepRoleArn', 'The role that sweeps', roles.sweep.roleArn);
  if (bus !== null) addOutput(stack, 'BusArn', 'Where other accounts and regions forward events', bus.eventBusArn);
  return stack;
}

/** Their names are CloudFormation's, so that one that outlived its stack is not in the way. */
const logOf = ({ logGroup }: Functions[keyof Functions]): string => logGroup.logGroupName;
