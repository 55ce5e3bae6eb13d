import { findScheme, namesNoPlace } from '../../shared/rules-address.ts';

/** What `TAPKEEPER_RULES` names. */
export type NamedPlace =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'object'; readonly bucket: string; readonly key: string }
  | { readonly kind: 'parameter'; readonly name: string };

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html and object-keys.html: a key has 1 to 1024 bytes. */
const OBJECT = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(.{1,1024})$/i;

/**
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html. Without a version or label:
 * the rules are those that are there now.
 */
const PARAMETER = /^ssm:(\/[\w.-]+(?:\/[\w.-]+){0,14})$/i;

/**
 * The place that a setting names: a path, `s3://bucket/key` or `ssm:/parameter/name`.
 * @throws Fault `config-invalid` that says what may stand there.
 */
export function parsePlace(text: string): NamedPlace {
  if (findScheme(text) === null) return { kind: 'file', path: text };
  const [, bucket, key] = OBJECT.exec(text) ?? [];
  if (bucket !== undefined && key !== undefined && !key.endsWith('/')) return { kind: 'object', bucket, key };
  const [, name] = PARAMETER.exec(text) ?? [];
  if (name !== undefined) return { kind: 'parameter', name };
  throw namesNoPlace(text, 'write the path of a file, s3://bucket/key or ssm:/parameter/name');
}
