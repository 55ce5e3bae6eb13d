import { ASKED_EVERY_MS, collectText, type RulesPlace, type RulesText } from '../../shared/rules-source.ts';
import { PERMISSIONS } from '../ec2/permissions.ts';
import { toRulesFault } from './refused.ts';
import { decodeUtf8 } from './utf8.ts';

/** An object of S3 that may have changed since it was read. */
export interface ObjectRequest {
  readonly bucket: string;
  readonly key: string;
  /** The tag of what is known; `null`: nothing is. */
  readonly unlessTag: string | null;
}

/** What S3 answers with; it throws, with status 304, when the object still has the tag. */
export interface ObjectAnswer {
  readonly tag: string | null;
  readonly body: AsyncIterable<Uint8Array>;
}

/** Sends GetObject. */
export type SendGetObject = (request: ObjectRequest) => Promise<ObjectAnswer>;

/** Without s3:ListBucket, S3 says the same of an object that is not there (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html). */
const WHEN_DENIED =
  'S3 says the same when there is no such object; of one that is encrypted with a KMS key, allow kms:Decrypt on the key too';

/** The rules in an object of S3. It is sent when it has changed; else S3 answers with nothing but that it has not. */
export function objectPlace(at: { readonly bucket: string; readonly key: string }, send: SendGetObject): RulesPlace {
  const name = `s3://${at.bucket}/${at.key}`;
  const asked = { permission: PERMISSIONS.readRulesObject, name, whenDenied: WHEN_DENIED };
  return {
    name,
    keptMs: ASKED_EVERY_MS,
    async read(known): Promise<RulesText> {
      try {
        const { tag, body } = await send({ ...at, unlessTag: known?.tag ?? null });
        return { text: await collectText(name, body, decodeUtf8), tag, kind: 'plain' };
      } catch (thrown) {
        if (known !== null && isUnchanged(thrown)) return known;
        throw toRulesFault(thrown, asked);
      }
    },
  };
}

/** The SDK throws for every status that is no success. */
function isUnchanged(thrown: unknown): boolean {
  const { $metadata } = (thrown ?? {}) as { readonly $metadata?: { readonly httpStatusCode?: unknown } };
  return $metadata?.httpStatusCode === 304;
}
