import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { BuildOptions } from 'esbuild';
import { schemaShake } from './schema-shake.ts';
import { environmentCredentials } from './environment-credentials.ts';
import {
  BLOB_CHECKSUM,
  BLOB_LIST_TABLES,
  clientVersionOnly,
  EVENT_STREAMS,
  leaveOut,
  type Unreached,
} from './leave-out.ts';
import { later, laterFile } from './later.ts';

/** One thing that is deployed, and how large it may be. */
export interface Bundle {
  readonly entry: string;
  readonly outfile: string;
  /** In kB (1,000 bytes); a bundle's size is most of its time to import. `null` where nobody waits for it. */
  readonly budgetKb: number | null;
  /** Arguments for Node, run in the root of the repository, that fail when the bundle is not what its platform loads. */
  readonly trial: readonly string[];
  readonly options: BuildOptions;
}

const COMMON = {
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node22',
  // The packages' ES modules can be shaken; their CommonJS cannot.
  mainFields: ['module', 'main'],
  legalComments: 'none',
  logLevel: 'silent',
} as const satisfies BuildOptions;

/** CommonJS loads 10 to 15 ms faster than ES modules, and has no `import.meta`. */
const COMMONJS = {
  ...COMMON,
  format: 'cjs',
  define: { 'import.meta.dirname': '__dirname', 'import.meta.filename': '__filename' },
  logOverride: { 'empty-import-meta': 'error' },
  // What is loaded later is CommonJS too.
  supported: { 'dynamic-import': false },
} as const satisfies BuildOptions;

const throwUnless = (condition: string): readonly string[] => [
  '-e',
  `if (!(${condition})) throw new Error('${condition}')`,
];

/** The parser as ES modules, which can be shaken; under Node the package offers CommonJS only. */
const YAML_ENTRY = join(dirname(createRequire(import.meta.url).resolve('yaml/package.json')), 'browser/index.js');

const RULES_PARSER = 'shared/config/parse.ts';

/** What reads rules, beside a bundle: it is loaded with the first rules file. */
const rulesParser = (folder: string): Bundle => ({
  entry: RULES_PARSER,
  outfile: `${folder}/${laterFile(RULES_PARSER)}`,
  budgetKb: 190,
  trial: throwUnless(
    `require("./${folder}/${laterFile(RULES_PARSER)}").parseConfig("{ version: 1, owner: soc }").kind === "valid"`,
  ),
  options: { ...COMMONJS, alias: { yaml: YAML_ENTRY } },
});

const WINDOWS = 'shared/windows.ts';

/** What tells when a window is open: only where changes interrupt, and with the first rules that have windows. */
const windows = (folder: string): Bundle => ({
  entry: WINDOWS,
  outfile: `${folder}/${laterFile(WINDOWS)}`,
  budgetKb: 40,
  trial: throwUnless(`require("./${folder}/${laterFile(WINDOWS)}").openingAt([], 0).kind === "open"`),
  options: COMMONJS,
});

/** A client that most invocations do without, with its package and an operation that it is loaded for. */
interface LaterClient {
  readonly entry: string;
  readonly client: `client-${string}`;
  readonly command: string;
  readonly budgetKb: number;
  readonly unreached: readonly Unreached[];
}

const QUERY = { budgetKb: 200, unreached: [EVENT_STREAMS] } as const;

const LATER_CLIENTS: readonly LaterClient[] = [
  { ...QUERY, entry: 'lambdas/ec2/clients/sts-client.ts', client: 'client-sts', command: 'AssumeRoleCommand' },
  {
    ...QUERY,
    entry: 'lambdas/ec2/clients/balancer-client.ts',
    client: 'client-elastic-load-balancing-v2',
    command: 'DescribeListenersCommand',
  },
  {
    ...QUERY,
    entry: 'lambdas/ec2/clients/auto-scaling-client.ts',
    client: 'client-auto-scaling',
    command: 'CompleteLifecycleActionCommand',
  },
  { ...QUERY, entry: 'lambdas/ec2/clients/queue-client.ts', client: 'client-sqs', command: 'SendMessageBatchCommand' },
  {
    entry: 'lambdas/ec2/clients/object-client.ts',
    client: 'client-s3',
    command: 'GetObjectCommand',
    // The addresses of buckets are a table of 18 kB, and every client is built with what streams events.
    budgetKb: 260,
    unreached: [],
  },
  {
    entry: 'lambdas/ec2/clients/parameter-client.ts',
    client: 'client-ssm',
    command: 'GetParameterCommand',
    // The errors of all operations stay, 40 kB: the tables name them.
    budgetKb: 220,
    unreached: [EVENT_STREAMS],
  },
];

const laterClient = (folder: string, { entry, client, command, budgetKb, unreached }: LaterClient): Bundle => ({
  entry,
  outfile: `${folder}/${laterFile(entry)}`,
  budgetKb,
  trial: throwUnless(`typeof require("./${folder}/${laterFile(entry)}").${command} === "function"`),
  options: {
    ...COMMONJS,
    plugins: [schemaShake(client), environmentCredentials, clientVersionOnly, ...unreached.map(leaveOut)],
  },
});

function lambda(name: string): readonly Bundle[] {
  const folder = `dist/lambdas/${name}`;
  const handler: Bundle = {
    entry: `lambdas/${name}.ts`,
    outfile: `${folder}/index.js`,
    budgetKb: 350,
    trial: throwUnless(`typeof require("./${folder}/index.js").handler === "function"`),
    options: {
      ...COMMONJS,
      plugins: [schemaShake('client-ec2'), environmentCredentials, clientVersionOnly, leaveOut(EVENT_STREAMS), later],
    },
  };
  return [handler, rulesParser(folder), ...LATER_CLIENTS.map((client) => laterClient(folder, client))];
}

const FUNCTIONS = 'dist/functions';

/** The clients of storage, with what each is loaded for: most events send nothing and find nothing to change. */
const LATER_STORAGE = [
  { entry: '@azure/storage-queue', client: 'QueueServiceClient', budgetKb: 350, unreached: [BLOB_CHECKSUM] },
  {
    entry: '@azure/storage-blob',
    client: 'BlobServiceClient',
    budgetKb: 560,
    unreached: [BLOB_CHECKSUM, BLOB_LIST_TABLES],
  },
] as const;

const laterStorage = ({ entry, client, budgetKb, unreached }: (typeof LATER_STORAGE)[number]): Bundle => ({
  entry,
  outfile: `${FUNCTIONS}/${laterFile(entry)}`,
  budgetKb,
  trial: throwUnless(`require("./${FUNCTIONS}/${laterFile(entry)}").${client}`),
  options: { ...COMMONJS, plugins: unreached.map(leaveOut) },
});

const FUNCTION_APP: readonly Bundle[] = [
  {
    entry: 'functions/main.ts',
    outfile: `${FUNCTIONS}/main.js`,
    budgetKb: 650,
    trial: throwUnless(`require("./${FUNCTIONS}/main.js")`),
    options: {
      ...COMMONJS,
      plugins: [later],
      // The Functions host puts this one in place; there is no such package to bundle.
      external: ['@azure/functions-core'],
    },
  },
  rulesParser(FUNCTIONS),
  windows(FUNCTIONS),
  ...LATER_STORAGE.map(laterStorage),
];

const CLI: Bundle = {
  entry: 'cli/tapkeeper.ts',
  outfile: 'dist/cli/tapkeeper.js',
  budgetKb: null,
  trial: ['dist/cli/tapkeeper.js', '--help'],
  // Installed with its dependencies, so only our own code is bundled. Split, because a command loads what it needs when it
  // runs: nobody who installs tapkeeper has the development packages that `local` imports.
  options: { ...COMMON, format: 'esm', packages: 'external', splitting: true },
};

/** Everything that `npm run build` writes. */
export const BUNDLES: readonly Bundle[] = [...['on-change', 'sweep', 'resync'].flatMap(lambda), ...FUNCTION_APP, CLI];
