import type { BuildOptions } from 'esbuild';
import { ec2Shake } from './ec2-shake.ts';
import { environmentCredentials } from './environment-credentials.ts';

/** One thing that is deployed, and how large it may be. */
export interface Bundle {
  readonly name: string;
  readonly outfile: string;
  /** In kB (1,000 bytes); a bundle's size is most of its time to import. `null` where nobody waits for it. */
  readonly budgetKb: number | null;
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
  metafile: true,
  logLevel: 'silent',
} as const satisfies BuildOptions;

/** CommonJS loads 10 to 15 ms faster than ES modules, and has no `import.meta`. */
const COMMONJS = {
  ...COMMON,
  format: 'cjs',
  define: { 'import.meta.dirname': '__dirname', 'import.meta.filename': '__filename' },
  logOverride: { 'empty-import-meta': 'error' },
} as const satisfies BuildOptions;

const lambda = (name: string): Bundle => ({
  name: `lambdas/${name}`,
  outfile: `dist/lambdas/${name}/index.js`,
  budgetKb: 350,
  options: { ...COMMONJS, entryPoints: [`lambdas/${name}.ts`], plugins: [ec2Shake, environmentCredentials] },
});

const FUNCTIONS: Bundle = {
  name: 'functions',
  outfile: 'dist/functions/main.js',
  budgetKb: 650,
  options: {
    ...COMMONJS,
    entryPoints: ['functions/main.ts'],
    // The Functions host puts this one in place; there is no such package to bundle.
    external: ['@azure/functions-core'],
  },
};

const CLI: Bundle = {
  name: 'cli',
  outfile: 'dist/cli/tapkeeper.js',
  budgetKb: null,
  // Installed with its dependencies, so only our own code is bundled; what `tapkeeper local` needs besides are development packages.
  options: { ...COMMON, format: 'esm', entryPoints: ['cli/tapkeeper.ts'], packages: 'external' },
};

/** Everything that `npm run build` writes. */
export const BUNDLES: readonly Bundle[] = [lambda('on-change'), lambda('sweep'), lambda('resync'), FUNCTIONS, CLI];
