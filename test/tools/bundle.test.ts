import { build, type BuildOptions } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { inlineSchemaKeys, schemaShake } from '../../tools/bundle/schema-shake.ts';
import { environmentCredentials } from '../../tools/bundle/environment-credentials.ts';
import { EVENT_STREAMS, leaveOut } from '../../tools/bundle/leave-out.ts';

const HANDLER = `
  import { EC2Client, DescribeTrafficMirrorSessionsCommand } from '@aws-sdk/client-ec2';
  export const handler = () => new EC2Client({}).send(new DescribeTrafficMirrorSessionsCommand({}));
`;

async function bundle(contents: string, plugins: BuildOptions['plugins']): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: 'js' },
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'cjs',
    mainFields: ['module', 'main'],
    write: false,
    logLevel: 'silent',
    ...(plugins === undefined ? {} : { plugins }),
  });
  return outputFiles[0]?.text ?? '';
}

describe('schema-shake', () => {
  it('leaves out the schemas of operations that nothing calls', async () => {
    const [plain, shaken] = await Promise.all([bundle(HANDLER, []), bundle(HANDLER, [schemaShake('client-ec2')])]);

    expect(plain).toContain('CreateVpnGatewayRequest');
    expect(shaken).not.toContain('CreateVpnGatewayRequest');
    expect(shaken).toContain('TrafficMirrorSession');
    expect(shaken.length).toBeLessThan(plain.length / 2);
  });

  it('writes computed keys as literals', () => {
    const table = 'const _xN = "xmlName";\nexport var A$ = [{ [_xN]: 1 }];\n';

    expect(inlineSchemaKeys(table, 'a.js')).toBe('const _xN = "xmlName";\nexport var A$ = [{ "xmlName": 1 }];\n');
  });

  it.each([
    ['no constants', 'export var A$ = [{ "xmlName": 1 }];\n'],
    ['no computed keys', 'const _xN = "xmlName";\nexport var A$ = [];\n'],
    ['a key that is no constant', 'const _xN = "xmlName";\nexport var A$ = [{ [_xN]: 1, [_y]: 2 }];\n'],
  ])('refuses a table with %s', (_, table) => {
    expect(() => inlineSchemaKeys(table, 'a.js')).toThrow(/mend tools\/bundle\/schema-shake\.ts/);
  });

  it('refuses a bundle in which it found no table of its client', async () => {
    await expect(bundle('export const handler = () => null;', [schemaShake('client-ec2')])).rejects.toThrow(
      /no schema table of client-ec2/,
    );
    await expect(bundle(HANDLER, [schemaShake('client-sts')])).rejects.toThrow(/no schema table of client-sts/);
  });

  it.each([
    ['client-sts', 'sts-client', 'GetFederationToken'],
    ['client-elastic-load-balancing-v2', 'balancer-client', 'CreateLoadBalancer'],
    ['client-auto-scaling', 'auto-scaling-client', 'CreateAutoScalingGroup'],
    ['client-s3', 'object-client', 'CreateMultipartUpload'],
    ['client-ssm', 'parameter-client', 'DescribeInstanceInformation'],
  ] as const)('leaves out of %s what is not called', async (client, module, unused) => {
    const text = await bundle(`export * from '../../lambdas/ec2/clients/${module}.ts';`, [schemaShake(client)]);

    // Not `toContain`, which would print the bundle.
    expect(text.includes(unused)).toBe(false);
  });
});

describe('environment-credentials', () => {
  it('leaves out every other link of the chain', async () => {
    const text = await bundle(HANDLER, [schemaShake('client-ec2'), environmentCredentials]);

    expect(text).toContain('AWS_ACCESS_KEY_ID');
    expect(text).not.toContain('AWS_CONTAINER_CREDENTIALS_FULL_URI');
    expect(text).not.toContain('sso_session');
  });
});

describe('leave-out', () => {
  it('leaves the module out', async () => {
    expect(await bundle(HANDLER, [schemaShake('client-ec2')])).toContain(':event-type');
    expect(await bundle(HANDLER, [schemaShake('client-ec2'), leaveOut(EVENT_STREAMS)])).not.toContain(':event-type');
  });

  it('refuses a bundle that does not have the module', async () => {
    await expect(bundle('export const handler = () => null;', [leaveOut(EVENT_STREAMS)])).rejects.toThrow(
      /was not met/,
    );
  });
});
