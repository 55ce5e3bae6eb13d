import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { Architecture, Function, type FunctionProps, RecursiveLoop, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { toEnvironment } from './environment.ts';
import { type Bundle, codeOf } from './lambda-code.ts';
import { BATCH_SIZE, FEEDS, type Lane, ON_CHANGE_TIMEOUT } from './limits.ts';
import { toLogicalId } from '../logical-id.ts';
import type { namesOf } from '../names.ts';
import type { Queues } from './queues.ts';
import type { Roles } from './roles.ts';
import type { Settings } from '../settings.ts';

export type Functions = Readonly<Record<'onChange' | 'sweep' | 'resync', Function>>;

/**
 * Room for the plan of a scope. A process that plans 100,000 interfaces, of which 45,000 change, takes 600 MB at its peak
 * (bench/planning.ts); what listing so many adds was not measured. Lambda gives a processor in proportion, a whole one at 1,769 MB
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html).
 */
const MEMORY_MB = {
  /** One scope at a time. */
  oneScope: 1024,
  /** Twice as much, and a whole processor. */
  largeScopes: 2048,
};

/** What every function of a deployment is made of. */
export interface FunctionParts {
  readonly names: ReturnType<typeof namesOf>;
  readonly settings: Settings;
  readonly queues: Queues;
  readonly roles: Roles;
  /** The folder that has a folder for each bundle. */
  readonly bundles: string;
}

/** The three functions, the first of which is fed by both queues. */
export function addFunctions(scope: Construct, parts: FunctionParts): Functions {
  const { names, queues, roles } = parts;
  const onChange = addFunction(scope, parts, 'on-change', {
    functionName: names.functions.onChange,
    description: 'tapkeeper: looks at the machines that messages name, and attaches, changes or detaches',
    role: roles.writer,
    timeout: ON_CHANGE_TIMEOUT,
    memorySize: MEMORY_MB.oneScope,
    // It puts back on its queues what has to wait for its pace or its time. Lambda would take that for a mistake after 16 rounds
    // and stop it (https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html); work ends by its age instead.
    recursiveLoop: RecursiveLoop.ALLOW,
  });
  feed(onChange, queues, 'event');
  feed(onChange, queues, 'bulk');
  const sweep = addFunction(scope, parts, 'sweep', {
    functionName: names.functions.sweep,
    description: 'tapkeeper: finds what events did not tell, and hands it on',
    role: roles.sweep,
    // The longest that there is: the only scope of a deployment is listed here, in as many pages as it has.
    timeout: Duration.minutes(15),
    memorySize: MEMORY_MB.largeScopes,
  });
  const resync = addFunction(scope, parts, 'resync', {
    functionName: names.functions.resync,
    description: 'tapkeeper: plans or applies anew what a person asks for',
    role: roles.writer,
    // As long as a person may be kept waiting: all scopes are read, and up to 50 changes are made, at 5 a second.
    timeout: Duration.minutes(5),
    memorySize: MEMORY_MB.largeScopes,
  });
  return { onChange, sweep, resync };
}

/** Has a queue's messages handled in batches, each message for itself: one that fails brings back no other. */
function feed(onChange: Function, { work }: Queues, lane: Lane): void {
  const { concurrency, window } = FEEDS[lane];
  onChange.addEventSource(
    new SqsEventSource(work[lane], {
      batchSize: BATCH_SIZE,
      maxBatchingWindow: window,
      maxConcurrency: concurrency,
      reportBatchItemFailures: true,
    }),
  );
}

type Own = Pick<FunctionProps, 'functionName' | 'description' | 'timeout' | 'memorySize' | 'recursiveLoop'> & {
  readonly role: Role;
};

function addFunction(scope: Construct, parts: FunctionParts, bundle: Bundle, own: Own): Function {
  const { names, settings, queues, bundles } = parts;
  const logGroup = addLog(scope, bundle, settings);
  logGroup.grantWrite(own.role);
  return new Function(scope, toLogicalId(bundle), {
    ...own,
    code: codeOf(bundles, bundle, settings),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    environment: toEnvironment(names, settings, queues),
    logGroup,
    ...WHEN_ASYNCHRONOUS,
    onFailure: new SqsDestination(queues.deadLetters.undelivered),
  });
}

/**
 * How an invocation is tried that nobody waits for: once more, since after that the clock starts the next sweep. What fails is
 * kept with its error, which a plain dead-letter queue of Lambda does not tell
 * (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html).
 */
const WHEN_ASYNCHRONOUS = { retryAttempts: 1, maxEventAge: Duration.hours(1) };

/**
 * The journal of a function. It is all that tells, after a removal, what was attached and detached and why; so it outlives
 * the stack, and its lines go after their time. CloudFormation gives it a name of its own: one that is left behind is not in the
 * way of the next deployment. Lambda's text format leaves lines as they are; its JSON format would hide the metrics in them.
 */
const addLog = (scope: Construct, bundle: Bundle, { logRetentionDays }: Settings): LogGroup =>
  new LogGroup(scope, toLogicalId(`${bundle}-log`), {
    retention: logRetentionDays,
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
