import { createServer, type Server } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import * as sdk from '../../../../lambdas/ec2/clients/auto-scaling-client.ts';
import { releaseOver } from '../../../../lambdas/ec2/write/release.ts';
import { parseMachineId } from '../../../../shared/ids.ts';
import type { LaunchHook } from '../../../../shared/work.ts';
import { HERE } from '../../samples.ts';

const HOOK: LaunchHook = {
  group: 'my-asg',
  name: 'attach-mirror',
  token: '87654321-4321-4321-4321-210987654321',
  machine: parseMachineId('i-0f3fbbbc0298d1a86'),
};

const DONE =
  '<CompleteLifecycleActionResponse xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/"><CompleteLifecycleActionResult/><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></CompleteLifecycleActionResponse>';

const refusal = (code: string, message: string): string =>
  `<ErrorResponse xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`;

let server: Server | null = null;
let client: sdk.AutoScalingClient | null = null;
afterEach(async () => {
  client?.destroy();
  await new Promise((resolve) => (server === null ? resolve(null) : server.close(resolve)));
});

/** Completes the hook against an endpoint that answers so; gives the form that it was sent. */
async function completed(hook: LaunchHook, status: number, xml: string): Promise<Record<string, string>> {
  let form = '';
  const listening = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => (form += chunk.toString()));
    request.on('end', () => response.writeHead(status, { 'content-type': 'text/xml' }).end(xml));
  });
  server = listening;
  await new Promise<void>((resolve) => void listening.listen(0, '127.0.0.1', () => resolve()));
  const address = listening.address();
  client = new sdk.AutoScalingClient({
    endpoint: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    region: HERE.region,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  });
  await releaseOver(sdk, client, HERE)(hook);
  return Object.fromEntries(new URLSearchParams(form));
}

test('a hook is completed so that the launch goes on', async () => {
  expect(await completed(HOOK, 200, DONE)).toMatchObject({
    Action: 'CompleteLifecycleAction',
    AutoScalingGroupName: 'my-asg',
    LifecycleHookName: 'attach-mirror',
    LifecycleActionToken: '87654321-4321-4321-4321-210987654321',
    InstanceId: 'i-0f3fbbbc0298d1a86',
    LifecycleActionResult: 'CONTINUE',
  });
});

test('a hook without a token is completed by its machine', async () => {
  const form = await completed({ ...HOOK, token: null }, 200, DONE);
  expect(form).toMatchObject({ InstanceId: 'i-0f3fbbbc0298d1a86' });
  expect(form).not.toHaveProperty('LifecycleActionToken');
});

test.each(['instance ID i-0f3fbbbc0298d1a86', 'token 87654321-4321-4321-4321-210987654321'])(
  'a hook that is over is no fault: no active action with %s',
  async (what) => {
    const answer = refusal('ValidationError', `No active Lifecycle Action found with ${what}`);
    await expect(completed(HOOK, 400, answer)).resolves.toMatchObject({ Action: 'CompleteLifecycleAction' });
  },
);

test.each([
  [
    'another bad parameter',
    400,
    refusal('ValidationError', 'Lifecycle hook name not found'),
    'unexpected',
    /hook name/,
  ],
  [
    'a denial',
    403,
    refusal('AccessDenied', 'User: arn:aws:sts::123456789012:assumed-role/r/alice is not authorized'),
    'denied',
    /^CompleteLifecycleAction on the hook attach-mirror of group my-asg for i-0f3fbbbc0298d1a86: denied \(AccessDenied\); allow autoscaling:CompleteLifecycleAction on arn:\*:autoscaling:us-east-1:123456789012:autoScalingGroup:\*:autoScalingGroupName\/\*$/,
  ],
  ['throttling', 400, refusal('Throttling', 'Rate exceeded'), 'throttled', /tried again later/],
])('%s is a fault', async (_, status, answer, code, message) => {
  await expect(completed(HOOK, status, answer)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message) as string,
  });
});
