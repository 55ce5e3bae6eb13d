import { describe, expect, it } from 'vitest';
import { Fault } from '../../shared/fault.ts';
import {
  ASKED_EVERY_MS,
  collectText,
  MOST_BYTES,
  rulesAt,
  type RulesPlace,
  type RulesText,
} from '../../shared/rules-source.ts';

const toRules = (owner: string): string => `version: 1\nowner: ${owner}\n`;

/** A place whose contents a test changes, with what was asked of it. */
function newPlace(keptMs: number) {
  let there: RulesText | Fault = { text: toRules('soc'), tag: '1', kind: 'plain' };
  let nowMs = 0;
  const asked: (string | null)[] = [];
  const place: RulesPlace = {
    name: 'there',
    keptMs,
    async read(known) {
      asked.push(known?.tag ?? null);
      if (there instanceof Fault) throw there;
      return known?.tag === there.tag ? known : there;
    },
  };
  return {
    rules: rulesAt(place, { clock: { now: () => nowMs }, hash: (text) => `hash of ${text}` }),
    asked,
    put: (next: RulesText | Fault) => void (there = next),
    pass: (ms: number) => void (nowMs += ms),
  };
}

describe('rules from outside the deployment', () => {
  it('are asked for once in a while, and by everybody at once only once', async () => {
    const { rules, asked, pass } = newPlace(ASKED_EVERY_MS);
    const [one, two] = await Promise.all([rules.load(), rules.load()]);
    expect(one).toBe(two);
    pass(ASKED_EVERY_MS - 1);
    expect(await rules.load()).toBe(one);
    expect(asked).toEqual([null]);
    pass(1);
    expect(await rules.load()).toBe(one);
    expect(asked).toEqual([null, '1']);
  });

  it('are in force as soon as they are asked for again', async () => {
    const { rules, put, pass } = newPlace(ASKED_EVERY_MS);
    const before = await rules.load();
    put({ text: toRules('noc'), tag: '2', kind: 'plain' });
    expect(await rules.load()).toBe(before);
    pass(ASKED_EVERY_MS);
    expect((await rules.load()).config.owner).toBe('noc');
  });

  it('are not the old ones while the new ones are invalid, nor are those fetched again', async () => {
    const { rules, put, pass, asked } = newPlace(ASKED_EVERY_MS);
    const before = await rules.load();
    put({ text: 'version: 2\n', tag: '2', kind: 'plain' });
    pass(ASKED_EVERY_MS);
    for (let time = 0; time < 2; time += 1) {
      await expect(rules.load()).rejects.toMatchObject({
        code: 'config-invalid',
        message: expect.stringContaining('there:1:') as string,
      });
      pass(ASKED_EVERY_MS);
    }
    expect(asked).toEqual([null, '1', '2']);
    put({ text: toRules('soc'), tag: '3', kind: 'plain' });
    expect((await rules.load()).version).toBe(before.version);
  });

  it('are not the old ones while nobody can say what they are; that is asked again at once', async () => {
    const { rules, put, pass, asked } = newPlace(ASKED_EVERY_MS);
    const before = await rules.load();
    put(new Fault('throttled', 'too many'));
    pass(ASKED_EVERY_MS);
    await expect(rules.load()).rejects.toMatchObject({ code: 'throttled' });
    put({ text: toRules('soc'), tag: '1', kind: 'plain' });
    expect(await rules.load()).toBe(before);
    expect(asked).toEqual([null, '1', '1']);
  });

  it('say of what is encrypted where it is wrong, and repeat nothing of it', async () => {
    const { rules, put } = newPlace(0);
    put({ text: 'version: 1\nowner: soc\nhunter2: correct-horse\n', tag: null, kind: 'secret' });
    const thrown: unknown = await rules.load().catch((fault: unknown) => fault);
    expect(thrown).toMatchObject({
      code: 'config-invalid',
      message: expect.stringMatching(/line 3;.*validate there$/) as string,
    });
    expect(String(thrown)).not.toMatch(/hunter2|correct-horse/);
  });
});

describe('text in pieces', () => {
  const decode = (bytes: Uint8Array): string => new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  async function* pieces(...sizes: readonly number[]): AsyncGenerator<Uint8Array> {
    for (const size of sizes) yield new Uint8Array(size).fill(0x20);
  }

  it('is whole', async () => {
    async function* split(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array([0xc3]);
      yield new Uint8Array([0xa9]);
    }
    expect(await collectText('there', split(), decode)).toBe('é');
    expect(await collectText('there', pieces(MOST_BYTES - 1, 1), decode)).toHaveLength(MOST_BYTES);
  });

  it('of too many bytes is refused, and not waited for', async () => {
    let isReadOn = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield* pieces(MOST_BYTES, 1);
      isReadOn = true;
    }
    await expect(collectText('there', endless(), decode)).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringContaining(`at there: it is larger than ${MOST_BYTES} bytes`) as string,
    });
    expect(isReadOn).toBe(false);
  });

  it('that is none is refused', async () => {
    async function* gzip(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array([0x1f, 0x8b, 8]);
    }
    await expect(collectText('there', gzip(), decode)).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringContaining('no text in UTF-8') as string,
    });
  });
});
