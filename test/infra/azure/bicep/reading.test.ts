import { describe, expect, it } from 'vitest';
import { parseBicepFiles, toData, type Expression } from './files.ts';
import { deploy } from './deploy.ts';

async function read(text: string) {
  const file = 'infra/azure/main.bicep';
  const files = await parseBicepFiles([[file, text]]);
  const template = files.templates.get(file);
  if (template === undefined) throw new Error('nothing was read');
  expect(template.syntaxErrors).toEqual([]);
  return { files, template };
}

async function readValue(source: string): Promise<Expression> {
  const { template } = await read(`var value = ${source}\n`);
  const [variable] = template.variables;
  if (variable === undefined) throw new Error('nothing was read');
  return variable.value;
}

/** The value of an expression where the parameters are as they are written. */
async function evaluated(source: string, declarations = ''): Promise<unknown> {
  const { files } = await read(`${declarations}\noutput value object = ${source}\n`);
  const place = { subscription: 's', group: 'g', location: 'eastus' };
  return deploy({ files, file: 'infra/azure/main.bicep', place, params: {} }).outputs['value'];
}

describe('operators are bound as Bicep binds them, from what binds most to what binds least', () => {
  it.each([
    ['1 + 2 * 3 - 4', 3],
    ['!false && false', false],
    ['true || false && false', true],
    ['1 < 2 == true', true],
    ['false ? 1 : true ? 2 : 3', 2],
    ['null ?? false ? 1 : 2', 2],
    ["true && { a: 'x' }.a == 'x'", true],
    ["false ? 'a' : { b: ['c'] }.b[0]", 'c'],
    ["map([{ a: 1 }, { a: 2 }], one => one.a == 2 ? 'two' : 'other')", ['other', 'two']],
    ['reduce([1, 2], 0, (sum, one) => sum + one)', 3],
    ['!contains([1], 2)', true],
    ["[for (one, index) in ['a', 'b']: '${one}${index}']", ['a0', 'b1']],
    ["[for one in ['a', 'b']: if (one != 'a') { name: one }]", [{ name: 'b' }]],
  ])('%s', async (source, value) => {
    expect(await evaluated(source)).toEqual(value);
  });

  it('an index in a list is an index, and no list of its own', async () => {
    expect(await evaluated('[list[0], list[1].a]', "var list = ['x', { a: 'y' }]")).toEqual(['x', 'y']);
  });
});

describe('texts', () => {
  it.each([
    ["'it\\'s \\${no} \\u{e9}'", "it's ${no} é"],
    ["'100% # $ https://x // y'", '100% # $ https://x // y'],
    ["'a${1 + 1}  b${'c'}'", 'a2  bc'],
    ["'''\nraw ${no}\n'''", 'raw ${no}\n'],
    ["''", ''],
  ])('%s', async (source, value) => {
    expect(await evaluated(source)).toBe(value);
  });
});

describe('objects', () => {
  it('are spread', async () => {
    expect(await evaluated('{ ...other, b: 2, ...(true ? { c: 3 } : {}) }', 'var other = { a: 1, b: 1 }')).toEqual({
      a: 1,
      b: 2,
      c: 3,
    });
  });

  it('are plain data as far as they are literal', async () => {
    const value = await readValue("{ name: 'x', count: 1, tags: { owner: owner }, all: [true, null, 'a${b}'] }");
    expect(toData(value)).toEqual({
      name: 'x',
      count: 1,
      tags: { owner: '[owner]' },
      all: [true, null, "['a${b}']"],
    });
  });
});

describe('declarations', () => {
  it('carry what decorates them', async () => {
    const { template } = await read(`@description('Who it\\'s for.')
@allowed(['a', 'b'])
param owner string = 'a'

@secure()
param key string?
`);
    expect(template.parameters).toMatchObject([
      { name: 'owner', description: "Who it's for.", need: 'optional', secrecy: 'open', allowed: [{}, {}] },
      { name: 'key', description: null, need: 'optional', secrecy: 'secret', line: 6 },
    ]);
  });

  it('of resources hold those in them, in the version of what they are in', async () => {
    const { template } = await read(`resource account 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: 'a'
  resource queues 'queueServices' = {
    name: 'default'
  }
}
`);
    expect(template.resources).toMatchObject([
      { type: 'Microsoft.Storage/storageAccounts', version: '2024-01-01', within: null },
      { type: 'Microsoft.Storage/storageAccounts/queueServices', version: '2024-01-01', within: 'account' },
    ]);
  });
});

describe('a deployment', () => {
  it('writes what others need first, and what its condition asks for', async () => {
    const { files } = await read(`param isWanted bool = false

resource last 'Microsoft.X/a@1' = {
  name: 'last'
  properties: {
    first: first.id
  }
}

resource first 'Microsoft.X/a@1' = {
  name: 'first'
}

resource never 'Microsoft.X/a@1' = if (isWanted) {
  name: 'never'
}
`);
    const place = { subscription: 's', group: 'g', location: 'eastus' };
    const { writes } = deploy({ files, file: 'infra/azure/main.bicep', place, params: {} });
    const idOf = (name: string): string => `/subscriptions/s/resourceGroups/g/providers/Microsoft.X/a/${name}`;
    expect(writes).toMatchObject([
      { id: idOf('first') },
      { id: idOf('last'), body: { properties: { first: idOf('first') } } },
    ]);
  });

  it('needs what is required, and says what failed', async () => {
    await expect(evaluated('one', 'param one string')).rejects.toThrow('is not given one');
    await expect(evaluated("false ? 1 : fail('No.')")).rejects.toThrow('No.');
  });
});
