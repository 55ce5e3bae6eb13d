import type { BuildOptions } from 'esbuild';
import { ec2Shake } from './ec2-shake.ts';
import { environmentCredentials } from './environment-credentials.ts';
import { BLOB_CHECKSUM, clientVersionOnly, EVENT_STREAMS, leaveOut } from './leave-out.ts';
import { YAML_ENTRY, YAML_FILE, yamlOnDemand } from './yaml-on-demand.ts';

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
} as const satisfies BuildOptions;

const throwUnless = (condition: string): readonly string[] => [
  '-e',
  `if (!(${condition})) throw new Error('${condition}')`,
];

/** A Lambda, and beside it the YAML parser that it loads when it reads rules. */
function lambda(name: string): readonly Bundle[] {
  const folder = `dist/lambdas/${name}`;
  const handler: Bundle = {
    entry: `lambdas/${name}.ts`,
    outfile: `${folder}/index.js`,
    budgetKb: 350,
    trial: throwUnless(`typeof require("./${folder}/index.js").handler === "function"`),
    options: {
      ...COMMONJS,
      plugins: [ec2Shake, environmentCredentials, clientVersionOnly, leaveOut(EVENT_STREAMS), yamlOnDemand],
    },
  };
  const parser: Bundle = {
    entry: YAML_ENTRY,
    outfile: `${folder}/${YAML_FILE}`,
    budgetKb: 120,
    trial: throwUnless(`require("./${folder}/${YAML_FILE}").parse("a: 1").a === 1`),
    options: COMMONJS,
  };
  return [handler, parser];
}

const FUNCTIONS: Bundle = {
  entry: 'functions/main.ts',
  outfile: 'dist/functions/main.js',
  budgetKb: 650,
  trial: throwUnless('require("./dist/functions/main.js")'),
  options: {
    ...COMMONJS,
    alias: { yaml: YAML_ENTRY },
    plugins: [leaveOut(BLOB_CHECKSUM)],
    // The Functions host puts this one in place; there is no such package to bundle.
    external: ['@azure/functions-core'],
  },
};

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
export const BUNDLES: readonly Bundle[] = [...['on-change', 'sweep', 'resync'].flatMap(lambda), FUNCTIONS, CLI];
