import { readdir, readFile } from 'node:fs/promises';
import { dirname, extname, join, normalize } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';

/** What each folder may import of the tree, and which packages. A `null` for packages: any that package.json lists. */
const MAY_IMPORT: Readonly<Record<string, { readonly folders: readonly string[]; readonly packages: RegExp | null }>> =
  {
    shared: { folders: ['shared'], packages: /^(valibot|yaml|croner)$/ },
    lambdas: { folders: ['shared', 'lambdas'], packages: /^(node:|@aws-sdk\/|@smithy\/|aws-lambda$|valibot$)/ },
    functions: { folders: ['shared', 'functions'], packages: /^(node:|@azure\/|valibot$)/ },
    local: { folders: ['shared', 'lambdas', 'functions', 'local'], packages: null },
    cli: { folders: ['shared', 'lambdas', 'functions', 'local', 'cli'], packages: null },
    // What is deployed is generated from the tables of the triggers and permissions; no client of a cloud is built here.
    infra: {
      folders: ['shared', 'lambdas', 'functions', 'infra'],
      packages: /^(node:|aws-cdk-lib|constructs$|cdk-nag$|valibot$|yaml$)/,
    },
    bench: { folders: ['shared', 'lambdas', 'functions', 'local', 'bench'], packages: null },
    tools: { folders: ['tools'], packages: null },
    test: {
      folders: ['shared', 'lambdas', 'functions', 'local', 'cli', 'infra', 'bench', 'tools', 'test'],
      packages: null,
    },
  };

/** The only places of the product that touch a cloud's SDK. */
const SDK_PLACES =
  /^(lambdas\/(ec2\/.*|queues\.ts|compose\.ts)|functions\/((arm|interruptions)\/.*|queues\.ts|compose\.ts)|local\/.*)$/;
const SDK = /^(@aws-sdk\/|@smithy\/|@azure\/)/;
/** Neither is a client of a cloud: the programming model of the Functions host, and whom a person is signed in as. */
const isClient = (folder: string, name: string): boolean =>
  SDK.test(name) && name !== (folder === 'cli' ? '@azure/identity' : '@azure/functions');

interface Import {
  readonly file: string;
  /** The path in the tree, or the package's name. */
  readonly what: string;
  readonly isOfTree: boolean;
}

const ROOT = join(import.meta.dirname, '..');
const SKIPPED = new Set(['node_modules', 'dist', 'coverage', '.git', '.tsbuild']);

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(join(ROOT, folder), { withFileTypes: true });
  const found = await Promise.all(
    entries
      .filter(({ name }) => !SKIPPED.has(name))
      .map(async (entry): Promise<readonly string[]> => {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) return filesBelow(path);
        return entry.isFile() ? [path] : [];
      }),
  );
  return found.flat().sort();
}

const STATEMENT = /(?:^|\n)\s*(?:import|export)\b[^'"`;=]*?\bfrom\s*['"]([^'"]+)['"]/g;
const BARE = /(?:^|\n)\s*import\s*['"]([^'"]+)['"]/g;
const DYNAMIC = /\bimport\(\s*['"]([^'"]+)['"]/g;
const COMMENT = /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm;

function importsOf(file: string, text: string): readonly Import[] {
  const code = text.replaceAll(COMMENT, '');
  return [STATEMENT, BARE, DYNAMIC].flatMap((pattern) =>
    [...code.matchAll(pattern)].map(([, specifier = '']) => {
      const isOfTree = specifier.startsWith('.');
      return { file, what: isOfTree ? normalize(join(dirname(file), specifier)) : specifier, isOfTree };
    }),
  );
}

const folderOf = (path: string): string => path.split('/')[0] ?? '';
const inWords = ({ file, what }: Import): string => `${file} imports ${what}`;

let files: readonly string[];
let imports: readonly Import[];

beforeAll(async () => {
  files = await filesBelow('.');
  const sources = files.filter((file) => extname(file) === '.ts' && folderOf(file) in MAY_IMPORT);
  const texts = await Promise.all(sources.map((file) => readFile(join(ROOT, file), 'utf8')));
  imports = sources.flatMap((file, index) => importsOf(file, texts[index] ?? ''));
});

describe('who may import whom', () => {
  it('is decided on the imports of the whole tree', () => {
    expect(imports.length).toBeGreaterThan(100);
    expect(imports).toContainEqual({ file: 'shared/work.ts', what: 'valibot', isOfTree: false });
    expect(imports).toContainEqual({ file: 'shared/ports.ts', what: 'shared/words.ts', isOfTree: true });
  });

  it('folders import only the folders below them', () => {
    const wrong = imports.filter(
      ({ file, what, isOfTree }) => isOfTree && !MAY_IMPORT[folderOf(file)]?.folders.includes(folderOf(what)),
    );
    // The version that the command line prints is the package's own.
    expect(wrong.filter(({ what }) => what !== 'package.json').map(inWords)).toEqual([]);
  });

  it('folders import only their packages', () => {
    const wrong = imports.filter(
      ({ file, what, isOfTree }) => !isOfTree && MAY_IMPORT[folderOf(file)]?.packages?.test(what) === false,
    );
    expect(wrong.map(inWords)).toEqual([]);
  });

  it('only ec2/, arm/, interruptions/, the queues and compose.ts touch the SDKs of the clouds', () => {
    const product = ['lambdas', 'functions', 'cli'];
    const wrong = imports.filter(
      ({ file, what }) => product.includes(folderOf(file)) && isClient(folderOf(file), what) && !SDK_PLACES.test(file),
    );
    expect(wrong.map(inWords)).toEqual([]);
  });

  it('neither cloud knows the other', () => {
    const wrong = imports.filter(
      ({ file, what }) =>
        (folderOf(file) === 'lambdas' && what.startsWith('@azure/')) ||
        (folderOf(file) === 'functions' && /^(@aws-sdk\/|@smithy\/|aws-lambda)/.test(what)),
    );
    expect(wrong.map(inWords)).toEqual([]);
  });

  it('the command line builds no clients: it reaches the clouds through the two compose.ts', () => {
    const wrong = imports.filter(
      ({ file, what }) =>
        folderOf(file) === 'cli' &&
        /^(lambdas|functions)\//.test(what) &&
        !/^(lambdas|functions)\/compose\.ts$/.test(what),
    );
    expect(wrong.map(inWords)).toEqual([]);
  });
});

describe('what is loaded late', () => {
  /** Files that are loaded with a file: types are not, nor is what `import()` loads when it is needed. */
  async function loadedWith(entry: string): Promise<ReadonlySet<string>> {
    const loaded = new Set<string>();
    const waiting = [entry];
    for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
      if (loaded.has(file)) continue;
      loaded.add(file);
      if (folderOf(file) !== 'shared') continue;
      const code = (await readFile(join(ROOT, file), 'utf8')).replaceAll(COMMENT, '');
      const statements = [...code.matchAll(STATEMENT), ...code.matchAll(BARE)].filter(
        ([statement]) => !/^\s*(import|export)\s+type\b/.test(statement),
      );
      for (const [, specifier = ''] of statements)
        waiting.push(specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : specifier);
    }
    return loaded;
  }

  it('is the clock of windows, which only what reads a schedule imports', () => {
    const those = imports.filter(({ file, what }) => what === 'croner' && folderOf(file) === 'shared');
    expect(those.map(({ file }) => file)).toEqual(['shared/schedule.ts', 'shared/windows.ts']);
  });

  it('is neither the clock nor the parsers where a plan is made', async () => {
    const loaded = await loadedWith('shared/plan/plan.ts');
    expect([...loaded]).toContain('shared/plan/wishes.ts');
    expect([...loaded].filter((what) => ['croner', 'yaml', 'valibot', 'shared/schedule.ts'].includes(what))).toEqual(
      [],
    );
    expect([...(await loadedWith('shared/config/parse.ts'))]).toEqual(expect.arrayContaining(['croner', 'yaml']));
  });
});

describe('shared', () => {
  it('has no clock, no randomness and no process', async () => {
    const impure = /\b(Date\.now\(|new Date\(\)|Math\.random\(|process\.|setTimeout\(|performance\.|crypto\.)/;
    const own = files.filter((file) => file.startsWith('shared/') && file.endsWith('.ts'));
    const texts = await Promise.all(own.map((file) => readFile(join(ROOT, file), 'utf8')));
    expect(own.filter((_, index) => impure.test(texts[index]?.replaceAll(COMMENT, '') ?? ''))).toEqual([]);
  });
});

describe('the repository', () => {
  const isText = (file: string) => /\.(ts|json|md|yaml|yml|html|css|js|mjs|cjs)$|(^|\/)(\.npmrc|run)$/.test(file);

  async function filesThatSay(pattern: RegExp): Promise<readonly string[]> {
    const texts = files.filter(isText);
    const said = await Promise.all(texts.map(async (file) => pattern.test(await readFile(join(ROOT, file), 'utf8'))));
    return texts.filter((_, index) => said[index]);
  }

  it('names no path of a machine', async () => {
    const folders = ['work', 'farm', 'root', 'home', 'Users'].join('|');
    expect(await filesThatSay(new RegExp(`(^|[^a-zA-Z0-9.])/(${folders})/`, 'm'))).toEqual([]);
  });

  it('names no registry', async () => {
    expect(await filesThatSay(new RegExp(['"resolved": "', 'https?:'].join(''), 'm'))).toEqual([]);
    expect(await filesThatSay(new RegExp(['^(@\\w+:)?', 'registry='].join(''), 'm'))).toEqual([]);
  });
});
